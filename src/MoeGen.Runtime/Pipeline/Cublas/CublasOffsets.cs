using MoeGen.Native;

namespace MoeGen;

/// <summary>The experts' offsets on the host: copied once a call, for cuBLAS takes sizes from the host. Locked by its owner.</summary>
internal sealed unsafe class CublasOffsets(CudaContext context) : IDisposable
{
    private readonly PinnedMemory _memory = new(context, (MoeShape.MaxNumExperts + 1) * sizeof(int));
    private StreamGate? _callStream;
    private DevicePointer<int> _source;
    private int _count;

    /// <summary>A layer's call begins on this stream: what its first GEMM copies holds for the second.</summary>
    public void BeginCall(CudaStream stream)
    {
        _callStream = stream.Gate;
        _source = default;
    }

    /// <summary>The offsets; waits for the stream, unless this very call has copied them already.</summary>
    public ReadOnlySpan<int> Read(DevicePointer<int> source, int numExperts, CudaStream stream)
    {
        int count = numExperts + 1;
        bool inCall = _callStream == stream.Gate;
        if (!inCall || _source != source || _count != count)
        {
            // What another stream's call has copied is overwritten, so it must not count as that call's any more.
            _source = default;
            CudaCopy.DeviceToHost(stream, _memory.Address, source.Address, (long)count * sizeof(int));
            (_source, _count) = (inCall ? source : default, count);
        }

        return new ReadOnlySpan<int>(_memory.Address, count);
    }

    /// <summary>The call's last GEMM is enqueued, or one of its GEMMs failed.</summary>
    public void EndCall(CudaStream stream)
    {
        if (_callStream == stream.Gate)
        {
            _callStream = null;
        }
    }

    public void Dispose() => _memory.Dispose();
}
