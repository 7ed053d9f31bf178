using System.Runtime.InteropServices;

namespace MoeGen;

/// <summary>
/// Times calls on the device: replays of a graph between two events, the L2 cache overwritten before each, on random inputs and
/// evenly random experts that are the same in every run.
/// </summary>
internal sealed class DeviceVariantTimer<TSelf, T> : IVariantTimer, IDisposable
    where TSelf : IMoeDescriptor<TSelf, T>
    where T : unmanaged
{
    private const int WarmUps = 2, Repetitions = 11;

    private readonly MoeKernels<TSelf, T> _kernels;
    private readonly CudaWeights<T> _weights;
    private readonly int _topK;
    private readonly CudaStream _stream;
    private readonly CudaEvent _begin;
    private readonly CudaEvent _end;
    private readonly DeviceBuffer<byte> _flush;
    private DeviceBuffer<T>? _input;
    private DeviceBuffer<T>? _output;
    private DeviceBuffer<int>? _ids;
    private int _numTokens;

    public DeviceVariantTimer(MoeKernels<TSelf, T> kernels, CudaWeights<T> weights, int topK)
    {
        _kernels = kernels;
        _weights = weights;
        _topK = topK;
        CudaContext context = kernels.Context;
        _flush = context.Allocate<byte>(Math.Max(1L << 20, 2L * context.L2CacheBytes));
        _stream = context.CreateStream();
        _begin = context.CreateEvent();
        _end = context.CreateEvent();
    }

    public double Microseconds(int numTokens, int variant)
    {
        CudaCall<T> call = Fill(numTokens);
        using DeviceBuffer<byte> workspace = _kernels.Context.Allocate<byte>(
            _kernels.Pipeline.Layout(_weights.Shape, numTokens, _topK, variant).TotalBytes);
        workspace.FillFirst(WorkspaceLayout.CounterBytes, 0, _stream);
        using CudaGraph graph = _stream.Capture(() => _kernels.Forward(call, _weights, _stream, workspace, variant, hasCounters: true));
        var times = new double[Repetitions];
        for (int i = -WarmUps; i < Repetitions; i++)
        {
            _flush.Fill(0, _stream);
            _stream.Record(_begin);
            graph.Launch(_stream);
            _stream.Record(_end);
            float milliseconds = CudaEvent.ElapsedMilliseconds(_begin, _end);
            if (i >= 0)
            {
                times[i] = milliseconds * 1000.0;
            }
        }

        Array.Sort(times);
        return times[Repetitions / 2];
    }

    public void Dispose()
    {
        Free();
        _flush.Dispose();
        _begin.Dispose();
        _end.Dispose();
        _stream.Dispose();
    }

    private CudaCall<T> Fill(int numTokens)
    {
        if (numTokens != _numTokens)
        {
            Free();
            _numTokens = numTokens;
            var random = new Random(numTokens);
            long elements = (long)numTokens * _weights.Shape.HiddenSize;
            _input = _kernels.Context.Allocate<T>(elements);
            _output = _kernels.Context.Allocate<T>(elements);
            _ids = _kernels.Context.Allocate<int>((long)numTokens * _topK);
            for (int token = 0; token < numTokens; token++)
            {
                DeviceBuffer<T> row = _input.Slice((long)token * _weights.Shape.HiddenSize, _weights.Shape.HiddenSize);
                row.CopyFrom(MemoryMarshal.Cast<ushort, T>(Row(random, _weights.Shape.HiddenSize)));
            }

            _ids.CopyFrom(Ids(random, numTokens));
        }

        return new CudaCall<T> { Input = _input!.Pointer, TokenSelectedExperts = _ids!.Pointer, Output = _output!.Pointer, NumTokens = numTokens, TopK = _topK };
    }

    // Random signs and mantissas under exponents that are small and finite in both 16-bit formats.
    private static ushort[] Row(Random random, int length)
    {
        var row = new ushort[length];
        random.NextBytes(MemoryMarshal.AsBytes(row.AsSpan()));
        for (int i = 0; i < length; i++)
        {
            row[i] = (ushort)((row[i] & 0x83FF) | 0x3800);
        }

        return row;
    }

    // K different experts a token, as routers choose them; where K exceeds E, they come again.
    private int[] Ids(Random random, int numTokens)
    {
        int[] experts = [.. Enumerable.Range(0, _weights.NumGlobalExperts)];
        var ids = new int[numTokens * _topK];
        for (int token = 0; token < numTokens; token++)
        {
            for (int k = 0; k < _topK; k++)
            {
                int place = k % experts.Length;
                int other = random.Next(place, experts.Length);
                (experts[place], experts[other]) = (experts[other], experts[place]);
                ids[(token * _topK) + k] = experts[place];
            }
        }

        return ids;
    }

    private void Free()
    {
        _input?.Dispose();
        _output?.Dispose();
        _ids?.Dispose();
        (_input, _output, _ids, _numTokens) = (null, null, null, 0);
    }
}
