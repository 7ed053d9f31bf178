using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace MoeGen.KernelEmulator;

/// <summary>A compiled text: its kernels, and launches of them, one at a time.</summary>
internal sealed unsafe partial class KernelLibrary
{
    private const int MaxFaults = 32;

    private readonly Lock _launching = new();
    private readonly delegate* unmanaged<NativeLaunch*, void> _launch;
    private readonly string _path;
    private readonly string _source;

    public KernelLibrary(string path, string source)
    {
        _path = path;
        _source = Path.GetFileName(source);
        nint handle = NativeLibrary.Load(path);
        _launch = (delegate* unmanaged<NativeLaunch*, void>)NativeLibrary.GetExport(handle, "moegen_launch");
        var describe = (delegate* unmanaged<int, byte**, int*, int*, int>)NativeLibrary.GetExport(handle, "moegen_describe");
        byte* name;
        int argumentBytes, maxThreads;
        while (describe(Kernels.Count, &name, &argumentBytes, &maxThreads) != 0)
        {
            Kernels.Add(new EmulatedKernel(this, Kernels.Count, Marshal.PtrToStringUTF8((nint)name)!, argumentBytes, maxThreads));
        }

        AddSharedVariables((delegate* unmanaged<int, ulong, ulong, byte*, void>)NativeLibrary.GetExport(handle, "moegen_add_shared"));
    }

    public List<EmulatedKernel> Kernels { get; } = [];

    /// <summary>Runs a grid. <paramref name="epoch"/> counts barriers over all launches that share memory.</summary>
    /// <returns>Whether the launch ran to its end.</returns>
    public bool Launch(
        EmulatedKernel kernel, uint grid, uint threads, uint sharedBytes, byte[] arguments, NativeRegion[] regions, ref uint epoch, List<EmulatorFault> faults)
    {
        Span<NativeFault> found = stackalloc NativeFault[MaxFaults];
        NativeLaunch launch;
        fixed (byte* argument = arguments)
        fixed (NativeRegion* region = regions)
        fixed (NativeFault* fault = found)
        {
            launch = new NativeLaunch
            {
                Kernel = kernel.Index, Grid = grid, Threads = threads, DynamicBytes = sharedBytes, Arguments = argument,
                Regions = region, RegionCount = regions.Length, Faults = fault, MaxFaults = MaxFaults, Epoch = epoch,
            };
            lock (_launching)
            {
                _launch(&launch);
            }
        }

        epoch = launch.Epoch;
        foreach (NativeFault fault in found[..launch.FaultCount])
        {
            int line = fault.Line != 0 || fault.ProgramCounter == 0 ? fault.Line : LineOf(fault.ProgramCounter);
            faults.Add(new EmulatorFault(
                (FaultKind)fault.Kind, kernel.Name, fault.Block, fault.Thread, line, fault.Count, Marshal.PtrToStringUTF8((nint)fault.Text)!));
        }

        return launch.Abandoned == 0;
    }

    // Static shared variables lie in a section of their own; their symbols carry the kernel's name.
    private void AddSharedVariables(delegate* unmanaged<int, ulong, ulong, byte*, void> add)
    {
        foreach (Match match in SharedSymbol().Matches(HostCompiler.Run("nm", "-S", _path)))
        {
            string kernelName = match.Groups["kernel"].Value[..int.Parse(match.Groups["length"].Value, CultureInfo.InvariantCulture)];
            if (Kernels.Find(kernel => kernel.Name == kernelName) is not { } kernel)
            {
                continue;
            }

            ulong bytes = ulong.Parse(match.Groups["bytes"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            nint name = Marshal.StringToCoTaskMemUTF8(match.Groups["name"].Value);
            add(kernel.Index, ulong.Parse(match.Groups["address"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture), bytes, (byte*)name);
            Marshal.FreeCoTaskMem(name);
            kernel.StaticSharedBytes += (int)bytes;
        }
    }

    // A return address lies behind its call; inlined frames come innermost first, primitives before the text.
    private int LineOf(ulong programCounter)
    {
        string frames = HostCompiler.Run("addr2line", "-i", "-e", _path, (programCounter - 1).ToString("x", CultureInfo.InvariantCulture));
        foreach (string frame in frames.Split('\n'))
        {
            int colon = frame.LastIndexOf(':');
            if (colon > 0 && frame[..colon].EndsWith(_source, StringComparison.Ordinal)
                && int.TryParse(frame[(colon + 1)..].Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int line))
            {
                return line;
            }
        }

        return 0;
    }

    [GeneratedRegex(@"^(?<address>[0-9a-f]+) (?<bytes>[0-9a-f]+) [dDbB] _ZZ(?<length>\d+)(?<kernel>\w+)E\d+(?<name>[a-z_]\w*)$", RegexOptions.Multiline)]
    private static partial Regex SharedSymbol();
}
