namespace MoeGen.Tests;

/// <summary>A layer that pins no tile, on a fake device, with the buffers of one call.</summary>
internal sealed class LadderCall : IDisposable
{
    public static readonly MoeShape Shape = new(4, 64, 32);

    private readonly List<IDisposable> _owned = [];

    public LadderCall(int sharedBytes = 232448, Func<MoeCudaOptions, MoeCudaOptions>? options = null)
    {
        Gpu = new FakeGpu(LadderMoe.Descriptor, new(9, 0), sharedBytes);
        Layer = new LadderMoe(Gpu.Context, FakeGpu.Weights<BFloat16>(Shape, Fc1Layout.GateUp), options is null ? Gpu.Options : options(Gpu.Options));
        Stream = Gpu.Context.CreateStream();
    }

    public FakeGpu Gpu { get; }

    public LadderMoe Layer { get; }

    public CudaStream Stream { get; }

    public IEnumerable<string> Compiled => Gpu.Compiler.Parts;

    public static string Variant(int index) => LadderMoe.Descriptor.Variants[index].Name;

    public void Forward(int tokens, DeviceBuffer<byte>? workspace = null) =>
        Layer.Forward(Own<BFloat16>(tokens * 64L), Own<int>(tokens * 2L), null, Own<BFloat16>(tokens * 64L), Stream, workspace);

    public MoeGraph Capture(int tokens) => Layer.CaptureForward(Own<BFloat16>(tokens * 64L), Own<int>(tokens * 2L), null, Own<BFloat16>(tokens * 64L), Stream);

    public DeviceBuffer<T> Own<T>(long length)
        where T : unmanaged
    {
        DeviceBuffer<T> buffer = Gpu.Context.Allocate<T>(length);
        _owned.Add(buffer);
        return buffer;
    }

    public void Dispose()
    {
        Layer.Dispose();
        Stream.Dispose();
        _owned.ForEach(buffer => buffer.Dispose());
        Gpu.Dispose();
    }
}
