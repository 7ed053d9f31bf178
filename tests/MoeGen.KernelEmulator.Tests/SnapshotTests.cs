using System.Text.RegularExpressions;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Every text among the generator's snapshots compiles for the host as it is, with all its kernels.</summary>
public sealed partial class SnapshotTests
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Snapshots");

    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Folder, "*.cu", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Folder, file)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Files))]
    public void Compiles_with_every_kernel(string file)
    {
        using var device = new EmulatedDevice(checksExpressions: false);
        byte[] text = File.ReadAllBytes(Path.Combine(Folder, file));
        using CudaModule module = CudaModule.Load(device.Context, text);
        string[] names = [.. KernelName().Matches(System.Text.Encoding.UTF8.GetString(text)).Select(match => match.Value)];
        Assert.NotEmpty(names);
        Assert.Equal(names.Distinct().Order(), device.Driver.LoadedKernels.Order());
    }

    // Whatever its form: no entry point may be missed.
    [GeneratedRegex(@"(?<=__global__[^;{]*\b)moe_\w+(?=\()")]
    private static partial Regex KernelName();
}
