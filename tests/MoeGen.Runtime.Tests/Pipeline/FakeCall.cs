namespace MoeGen.Tests;

/// <summary>A layer on the fake device with the buffers of one call: four launches, because its tile is named for few tokens too.</summary>
internal sealed class FakeCall : IDisposable
{
    public static readonly MoeShape Shape = new(4, 64, 32);

    private readonly bool _ownsGpu;

    public FakeCall(FakeGpu? gpu = null, int tokens = 3, DeviceMoeWeights<BFloat16>? weights = null)
    {
        _ownsGpu = gpu is null;
        Gpu = gpu ?? new FakeGpu(PinnedMoe.Descriptor);
        try
        {
            Layer = weights is null
                ? new PinnedMoe(Gpu.Context, FakeGpu.Weights<BFloat16>(Shape, Fc1Layout.GateUp), Options)
                : new PinnedMoe(Gpu.Context, weights, Options);
            Stream = Gpu.Context.CreateStream();
            Input = Gpu.Context.Allocate<BFloat16>(tokens * 64L);
            Ids = Gpu.Context.Allocate<int>(tokens * 2L);
            Output = Gpu.Context.Allocate<BFloat16>(tokens * 64L);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public FakeGpu Gpu { get; }

    public MoeCudaOptions Options => Gpu.Options with { Variant = PinnedMoe.Descriptor.Variants[0].Name };

    public FakeCudaDriver Driver => Gpu.Driver;

    public PinnedMoe Layer { get; }

    public CudaStream Stream { get; }

    public DeviceBuffer<BFloat16> Input { get; }

    public DeviceBuffer<int> Ids { get; }

    public DeviceBuffer<BFloat16> Output { get; }

    public void Forward(CudaStream? stream = null, DeviceBuffer<byte>? workspace = null) => Layer.Forward(Input, Ids, null, Output, stream ?? Stream, workspace);

    public MoeGraph Capture() => Layer.CaptureForward(Input, Ids, null, Output, Stream);

    /// <summary>Where the launches of a stream put the activated rows, in order: an address in the workspace.</summary>
    public ulong[] Workspaces(nint stream) =>
        [.. Driver.Launches.Where(launch => launch.Stream == stream && launch.Kernel.StartsWith("moe_gemm2", StringComparison.Ordinal))
            .Select(launch => System.Runtime.InteropServices.MemoryMarshal.Read<Gemm2Arguments<BFloat16>>(launch.Arguments).Activated.Address)];

    public void Dispose()
    {
        // Those that the constructor did not come to are null.
        Layer?.Dispose();
        Stream?.Dispose();
        Input?.Dispose();
        Ids?.Dispose();
        Output?.Dispose();
        if (_ownsGpu)
        {
            Gpu.Dispose();
        }
    }
}
