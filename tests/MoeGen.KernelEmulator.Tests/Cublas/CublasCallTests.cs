using MoeGen.Gpu.Tests;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>What a layer with cuBLAS asks of the library and of the driver, counted.</summary>
public sealed class CublasCallTests
{
    private static readonly Problem Ragged = new(5, 16, 2, 64, 24, Fc1Layout.GateUp, IdPattern.Invalid);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_copy_to_the_host_a_call_and_no_product_for_an_expert_without_rows(bool grouped)
    {
        using var device = new EmulatedDevice();
        CublasStub stub = Stub(grouped);
        var data = new Data<BFloat16>(Ragged);
        int experts = data.Ids.Where(id => id is >= 0 and < 16).Distinct().Count();
        Assert.InRange(experts, 2, 9);
        using var gemm = new CublasGroupedGemm<BFloat16>(device.Context, stub.Library);
        Assert.Equal(grouped, gemm.IsGrouped);
        using Bf16Custom layer = Layer(device, data, gemm);
        using var buffers = new Buffers<BFloat16>(device.Context, data);
        using CudaStream stream = device.Context.CreateStream();
        for (int call = 0; call < 2; call++)
        {
            (int copies, int products, int groups) = (device.Driver.CopiesToHost, stub.Products, stub.GroupedProducts);
            layer.Forward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream);
            Assert.Equal(1, device.Driver.CopiesToHost - copies);
            Assert.Equal(grouped ? experts : 2 * experts, stub.Products - products);
            Assert.Equal(grouped ? 1 : 0, stub.GroupedProducts - groups);
        }

        Assert.Empty(device.Driver.Faults);
        LayerHarness.AssertContract<Bf16Custom, BFloat16>(data, buffers.ReadOutput(), data.Ids, data.Scales);
    }

    [Fact]
    public void No_product_where_no_token_has_an_expert()
    {
        using var device = new EmulatedDevice();
        CublasStub stub = Stub(grouped: true);
        var data = new Data<BFloat16>(Ragged);
        data.Ids.AsSpan().Fill(-1);
        using var gemm = new CublasGroupedGemm<BFloat16>(device.Context, stub.Library);
        using Bf16Custom layer = Layer(device, data, gemm);
        (int products, int groups) = (stub.Products, stub.GroupedProducts);
        Assert.All(Emulated.Run(layer, device.Context, data), value => Assert.Equal(0, value.ToBits()));
        Assert.Equal((products, groups), (stub.Products, stub.GroupedProducts));
    }

    [Theory]
    [InlineData(true, false, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, true)]
    [InlineData(false, true, false)]
    public void One_of_the_gemms_alone_copies_offsets_of_its_own(bool first, bool second, bool announces)
    {
        using var device = new EmulatedDevice();
        var data = new Data<BFloat16>(Ragged);
        using var gemm = new CublasGroupedGemm<BFloat16>(device.Context, Stub(grouped: true).Library);
        var mixed = new Mixed(gemm, new PlainGemm(device.Context)) { First = first, Second = second, Announces = announces };
        using Bf16Custom layer = Layer(device, data, mixed);
        using var buffers = new Buffers<BFloat16>(device.Context, data);
        using CudaStream stream = device.Context.CreateStream();
        for (int call = 0; call < 3; call++)
        {
            // Other offsets each time.
            data.Ids[0] = call;
            buffers.Ids.CopyFrom(data.Ids);
            int copies = device.Driver.CopiesToHost;
            layer.Forward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream);
            Assert.Equal(1, device.Driver.CopiesToHost - copies);
            LayerHarness.AssertContract<Bf16Custom, BFloat16>(data, buffers.ReadOutput(), data.Ids, data.Scales);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_status_becomes_an_exception_and_the_next_call_runs(bool grouped)
    {
        using var device = new EmulatedDevice();
        CublasStub stub = Stub(grouped);
        var data = new Data<BFloat16>(Ragged);
        using var gemm = new CublasGroupedGemm<BFloat16>(device.Context, stub.Library);
        using Bf16Custom layer = Layer(device, data, gemm);
        stub.FailNext(15);
        CublasException failure = Assert.Throws<CublasException>(() => Emulated.Run(layer, device.Context, data));
        Assert.Equal((15, "CUBLAS_STATUS_NOT_SUPPORTED"), (failure.Code, failure.Name));
        Assert.StartsWith("cublasGemmEx of expert ", failure.Operation, StringComparison.Ordinal);
        Assert.Contains("CUBLAS_STATUS_NOT_SUPPORTED (15)", failure.Message, StringComparison.Ordinal);
        LayerHarness.AssertContract<Bf16Custom, BFloat16>(data, Emulated.Run(layer, device.Context, data), data.Ids, data.Scales);
    }

    [Fact]
    public void Handle_and_memory_go_with_the_plug_in()
    {
        using var device = new EmulatedDevice();
        CublasStub stub = Stub(grouped: true);
        int handles = stub.LiveHandles;
        device.Driver.GetMemoryInfo(out nuint before, out _);
        var gemm = new CublasGroupedGemm<System.Half>(device.Context, stub.Library);
        Assert.Equal(handles + 1, stub.LiveHandles);
        gemm.Dispose();
        gemm.Dispose();
        device.Driver.GetMemoryInfo(out nuint after, out _);
        Assert.Equal(handles, stub.LiveHandles);
        Assert.Equal(before, after);
        using CudaStream stream = device.Context.CreateStream();
        Assert.Throws<ObjectDisposedException>(() => gemm.Gemm2(default, stream));
    }

    [Fact]
    public void Disposed_inside_a_capture_it_frees_its_memory_there_and_its_handle_afterwards()
    {
        using var device = new EmulatedDevice();
        CublasStub stub = Stub(grouped: true);
        int handles = stub.LiveHandles;
        var gemm = new CublasGroupedGemm<System.Half>(device.Context, stub.Library);
        device.Context.Captures.Capture(() =>
        {
            gemm.Dispose();
            gemm.Dispose();
            Assert.Equal((handles + 1, 0), (stub.LiveHandles, device.Driver.HostAllocations));
        });
        Assert.Equal(handles, stub.LiveHandles);
        device.Context.Synchronize();
    }

    [Fact]
    public void Too_little_memory_for_it_leaves_nothing_behind()
    {
        using var device = new EmulatedDevice();
        CublasStub stub = Stub(grouped: true);
        int handles = stub.LiveHandles;
        device.Driver.GetMemoryInfo(out nuint before, out _);

        // cuBLAS' workspace, the addresses of a grouped product on either side, and the offsets.
        for (int at = 0; at < 4; at++)
        {
            device.Driver.AllocationsLeft = at;
            CudaException exception = Assert.Throws<CudaException>(() => new CublasGroupedGemm<BFloat16>(device.Context, stub.Library));
            Assert.Equal(2, exception.Code);
            Assert.Matches("^Allocating [0-9]+ bytes .*[0-9]+ of [0-9]+ bytes free", exception.Message);
            device.Driver.GetMemoryInfo(out nuint after, out _);
            Assert.Equal((before, handles, 0), (after, stub.LiveHandles, device.Driver.HostAllocations));
        }

        device.Driver.AllocationsLeft = 4;
        new CublasGroupedGemm<BFloat16>(device.Context, stub.Library).Dispose();
        Assert.Equal(0, device.Driver.AllocationsLeft);
    }

    private static CublasStub Stub(bool grouped) => grouped ? CublasStub.Current : CublasStub.WithoutGrouped;

    private static Bf16Custom Layer(EmulatedDevice device, Data<BFloat16> data, IGroupedGemm<BFloat16> gemm)
    {
        var layer = new Bf16Custom(device.Context, data.Weights, Gpu.Tests.Gpu.Options);
        layer.UseGemm(gemm);
        return layer;
    }

    /// <summary>One product by cuBLAS, the other by a kernel.</summary>
    private sealed class Mixed(CublasGroupedGemm<BFloat16> gemm, PlainGemm plain) : IGroupedGemm<BFloat16>
    {
        public bool First { get; init; }

        public bool Second { get; init; }

        public bool Announces { get; init; }

        public void BeginCall(CudaStream stream)
        {
            if (Announces)
            {
                gemm.BeginCall(stream);
            }
        }

        public void Gemm1(in GroupedGemmArguments<BFloat16, float> arguments, CudaStream stream) =>
            (First ? gemm : (IGroupedGemm<BFloat16>)plain).Gemm1(arguments, stream);

        public void Gemm2(in GroupedGemmArguments<BFloat16, BFloat16> arguments, CudaStream stream) =>
            (Second ? gemm : (IGroupedGemm<BFloat16>)plain).Gemm2(arguments, stream);
    }
}
