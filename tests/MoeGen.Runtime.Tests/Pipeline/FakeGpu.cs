namespace MoeGen.Tests;

/// <summary>The fake device with the kernels of a generated class: its launches are recorded, nothing is computed.</summary>
internal sealed class FakeGpu : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FakeGpu(MoeDescriptor descriptor, ComputeCapability? capability = null, int sharedBytes = 101376, int multiprocessors = 72, int memoryBusBits = 384)
    {
        Driver = new FakeCudaDriver
        {
            Capability = capability ?? new(8, 6), OptinSharedBytes = sharedBytes, MultiprocessorCount = multiprocessors, MemoryBusBits = memoryBusBits,
        };
        Add("moe_route_small", System.Runtime.CompilerServices.Unsafe.SizeOf<RouteArguments>());
        Add("moe_route_count", System.Runtime.CompilerServices.Unsafe.SizeOf<RouteArguments>());
        Add("moe_route_scan", System.Runtime.CompilerServices.Unsafe.SizeOf<RouteArguments>());
        Add("moe_route_place", System.Runtime.CompilerServices.Unsafe.SizeOf<RouteArguments>());
        Add("moe_select_experts", System.Runtime.CompilerServices.Unsafe.SizeOf<SelectExpertsArguments>());
        Add("moe_select_and_route", System.Runtime.CompilerServices.Unsafe.SizeOf<SelectAndRouteArguments>());
        Add("moe_router_logits", System.Runtime.CompilerServices.Unsafe.SizeOf<RouterLogitsArguments<BFloat16>>());
        Add("moe_permute", System.Runtime.CompilerServices.Unsafe.SizeOf<PermuteArguments<BFloat16>>());
        Add("moe_apply_activation", System.Runtime.CompilerServices.Unsafe.SizeOf<ApplyArguments<BFloat16>>());
        Add("moe_finalize_splits", System.Runtime.CompilerServices.Unsafe.SizeOf<FinalizeSplitsArguments<BFloat16>>());
        Add("moe_finalize", System.Runtime.CompilerServices.Unsafe.SizeOf<FinalizeArguments<BFloat16>>());
        Add("moe_decode", System.Runtime.CompilerServices.Unsafe.SizeOf<DecodeArguments<BFloat16>>());
        Add("moe_decode_gemm1", System.Runtime.CompilerServices.Unsafe.SizeOf<DecodeGemm1Arguments<BFloat16>>());
        Add("moe_decode_gemm2", System.Runtime.CompilerServices.Unsafe.SizeOf<DecodeGemm2Arguments<BFloat16>>());
        foreach (GemmVariant variant in descriptor.Variants)
        {
            Add($"moe_gemms_{variant.Name}", System.Runtime.CompilerServices.Unsafe.SizeOf<GemmsArguments<BFloat16>>());
            Add($"moe_gemm1_{variant.Name}", System.Runtime.CompilerServices.Unsafe.SizeOf<Gemm1Arguments<BFloat16>>());
            Add($"moe_gemm2_{variant.Name}", System.Runtime.CompilerServices.Unsafe.SizeOf<Gemm2Arguments<BFloat16>>());
        }

        Context = new CudaContext(Driver);
        Options = new MoeCudaOptions { Cache = new KernelCache(_folder.Path, Compiler) };
    }

    public FakeCudaDriver Driver { get; }

    public FakeCompiler Compiler { get; } = new();

    public CudaContext Context { get; }

    public MoeCudaOptions Options { get; }

    public static MoeWeights<T> Weights<T>(MoeShape shape, Fc1Layout layout)
        where T : unmanaged
    {
        bool gated = layout != Fc1Layout.Plain;
        return new MoeWeights<T>(shape, layout, new T[shape.NumExperts * shape.Fc1ElementsPerExpert(gated)], new T[shape.NumExperts * shape.Fc2ElementsPerExpert]);
    }

    public void Dispose()
    {
        Context.Dispose();
        Driver.Dispose();
        _folder.Dispose();
    }

    private void Add(string name, int argumentBytes) => Driver.Kernels.Add(new FakeKernel { Name = name, ArgumentBytes = argumentBytes });
}
