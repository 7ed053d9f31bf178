using System.Runtime.InteropServices;
using MoeGen.Native;

namespace MoeGen.Tests;

/// <content>
/// Launches wait in their stream until somebody waits for them, as a busy device would have it, and each is checked for what it
/// uses: kernels and memory that are gone are mistakes that a real device answers with an illegal address, or not at all.
/// </content>
internal sealed unsafe partial class FakeCudaDriver
{
    private readonly List<(nint Stream, FakeWork Work)> _pending = [];
    private readonly List<(ulong Begin, ulong End)> _freed = [];

    /// <summary>Uses of what was released; empty is what every test wants.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>Launches that no one has waited for.</summary>
    public int PendingLaunches => _pending.Count;

    private void Enqueue(FakeWork work, nint stream)
    {
        if (_capturing.TryGetValue(stream, out List<FakeWork>? captured))
        {
            captured.Add(work);
            return;
        }

        if (_destroyedStreams.Contains(stream))
        {
            Violations.Add($"{work.Kernel} on stream 0x{stream:X}, which is destroyed");
        }

        if (!_modules.Contains(work.Module))
        {
            Violations.Add($"{work.Kernel} of module 0x{work.Module:X}, which is unloaded");
        }

        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(work.Arguments))
        {
            if (_freed.Exists(range => word >= range.Begin && word < range.End) && !Holds(word, 1))
            {
                Violations.Add($"{work.Kernel} with 0x{word:X}, which is freed");
            }
        }

        _pending.Add((stream, work));
    }

    private void CheckUnload(nint module)
    {
        foreach ((nint stream, FakeWork work) in _pending.Where(pending => pending.Work.Module == module))
        {
            Violations.Add($"module 0x{module:X} unloaded before {work.Kernel} has run on stream 0x{stream:X}");
        }
    }

    // A lost device runs nothing, but its driver still takes what is given back.
    private CudaResult Released() => _lost ?? CudaResult.Success;
}
