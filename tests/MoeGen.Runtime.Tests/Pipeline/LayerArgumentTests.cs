using Xunit;

namespace MoeGen.Tests;

/// <summary>Each mistake is refused before any launch, with argument, value and what is allowed. On both backends.</summary>
public sealed class LayerArgumentTests : IDisposable
{
    private static readonly MoeShape Shape = new(4, 64, 32);

    private readonly FakeGpu _gpu = new(LadderMoe.Descriptor);
    private readonly LadderMoe _layer;
    private readonly CudaStream _stream;
    private readonly DeviceBuffer<BFloat16> _input;
    private readonly DeviceBuffer<int> _ids;
    private readonly DeviceBuffer<BFloat16> _output;

    public LayerArgumentTests()
    {
        _layer = new LadderMoe(_gpu.Context, FakeGpu.Weights<BFloat16>(Shape, Fc1Layout.GateUp), _gpu.Options);
        _stream = _gpu.Context.CreateStream();
        _input = _gpu.Context.Allocate<BFloat16>(5 * 64);
        _ids = _gpu.Context.Allocate<int>(10);
        _output = _gpu.Context.Allocate<BFloat16>(5 * 64);
    }

    public void Dispose()
    {
        _layer.Dispose();
        _stream.Dispose();
        _input.Dispose();
        _ids.Dispose();
        _output.Dispose();
        _gpu.Dispose();
    }

    [Fact]
    public void Null_buffers()
    {
        Assert.Equal("input", Assert.Throws<ArgumentNullException>(() => _layer.Forward(null!, _ids, null, _output, _stream)).ParamName);
        Assert.Equal("tokenSelectedExperts", Assert.Throws<ArgumentNullException>(() => _layer.Forward(_input, null!, null, _output, _stream)).ParamName);
        Assert.Equal("output", Assert.Throws<ArgumentNullException>(() => _layer.Forward(_input, _ids, null, null!, _stream)).ParamName);
        Assert.Equal("stream", Assert.Throws<ArgumentNullException>(() => _layer.Forward(_input, _ids, null, _output, null!)).ParamName);
        AssertNothingLaunched();
    }

    [Fact]
    public void Wrong_lengths()
    {
        using DeviceBuffer<BFloat16> odd = _gpu.Context.Allocate<BFloat16>(100);
        using DeviceBuffer<int> nine = _gpu.Context.Allocate<int>(9);
        using DeviceBuffer<int> many = _gpu.Context.Allocate<int>(5 * 33);
        using DeviceBuffer<float> scales = _gpu.Context.Allocate<float>(9);
        AssertRefused<ArgumentException>(() => _layer.Forward(odd, _ids, null, _output, _stream), "input has 100 elements", "H = 64");
        AssertRefused<ArgumentException>(() => _layer.Forward(_input, nine, null, _output, _stream), "tokenSelectedExperts has 9", "T = 5");
        AssertRefused<ArgumentException>(() => _layer.Forward(_input, many, null, _output, _stream), "tokenSelectedExperts has 165", "K from 1 to 32");
        AssertRefused<ArgumentException>(() => _layer.Forward(_input, _ids, scales, _output, _stream), "tokenFinalScales has 9", "T * K = 10");
        AssertRefused<ArgumentException>(() => _layer.Forward(_input, _ids, null, odd, _stream), "output has 100", "T * H = 320");
    }

    [Fact]
    public void Disposed_and_unaligned_buffers()
    {
        DeviceBuffer<BFloat16> gone = _gpu.Context.Allocate<BFloat16>(5 * 64);
        gone.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _layer.Forward(gone, _ids, null, _output, _stream));
        using DeviceBuffer<BFloat16> longer = _gpu.Context.Allocate<BFloat16>((5 * 64) + 8);
        AssertRefused<ArgumentException>(() => _layer.Forward(longer.Slice(1, 5 * 64), _ids, null, _output, _stream), "input", "16");
    }

    [Fact]
    public void Weights_of_another_layout_or_size()
    {
        MoeWeights<BFloat16> plain = FakeGpu.Weights<BFloat16>(Shape, Fc1Layout.Plain);
        AssertRefused<ArgumentException>(() => new LadderMoe(_gpu.Context, plain, _gpu.Options), "Plain", "Swiglu", "GateUp, UpGate or Interleaved");
        AssertRefused<ArgumentException>(() => new LadderMoe(new ManagedBackend(), plain), "Plain", "GateUp, UpGate or Interleaved");
        using DeviceBuffer<BFloat16> fc1 = _gpu.Context.Allocate<BFloat16>(4 * 64 * 64);
        using DeviceBuffer<BFloat16> fc2 = _gpu.Context.Allocate<BFloat16>(4 * 64 * 24);
        AssertRefused<ArgumentException>(
            () => new LadderMoe(_gpu.Context, new DeviceMoeWeights<BFloat16>(Shape, Fc1Layout.GateUp, fc1, fc2), _gpu.Options), "fc2ExpertWeights has 6144", "8192");
    }

    [Fact]
    public void Freed_weights()
    {
        DeviceMoeWeights<BFloat16> weights = DeviceMoeWeights<BFloat16>.Upload(_gpu.Context, FakeGpu.Weights<BFloat16>(Shape, Fc1Layout.GateUp));
        using var layer = new LadderMoe(_gpu.Context, weights, _gpu.Options);
        weights.Dispose();
        Assert.Throws<ObjectDisposedException>(() => layer.Forward(_input, _ids, null, _output, _stream));
        AssertNothingLaunched();
    }

    [Fact]
    public void Another_routing_than_configured()
    {
        using DeviceBuffer<float> logits = _gpu.Context.Allocate<float>(20);
        AssertRefused<InvalidOperationException>(() => _layer.ForwardFromLogits(_input, logits, 2, _output, _stream), "Preselected");
        using var routed = new RoutedMoe(new ManagedBackend(), FakeGpu.Weights<Half>(Shape, Fc1Layout.Plain));
        AssertRefused<InvalidOperationException>(() => routed.Forward(new Half[64], [0], [], new Half[64]), "SoftmaxTopK", "ForwardFromLogits");
        AssertRefused<ArgumentOutOfRangeException>(() => routed.ForwardFromLogits(new Half[64], new float[4], 5, new Half[64]), "topK is 5", "1 to 4");
        AssertRefused<ArgumentException>(() => routed.ForwardFromLogits(new Half[64], new float[5], 2, new Half[64]), "routerLogits has 5", "T * E = 4");
    }

    [Fact]
    public void A_small_workspace_and_a_capture_without_one()
    {
        using DeviceBuffer<byte> small = _gpu.Context.Allocate<byte>(_layer.GetWorkspaceBytes(5, 2) - 1);
        AssertRefused<ArgumentException>(() => _layer.Forward(_input, _ids, null, _output, _stream, small), "workspace has", "GetWorkspaceBytes");
        AssertRefused<InvalidOperationException>(() => _stream.Capture(() => _layer.Forward(_input, _ids, null, _output, _stream)), "CaptureForward", "workspace");
    }

    [Fact]
    public void The_managed_backend_takes_spans_only_and_fp32_nothing_else()
    {
        using var managed = new LadderMoe(new ManagedBackend(), FakeGpu.Weights<BFloat16>(Shape, Fc1Layout.GateUp));
        AssertRefused<InvalidOperationException>(() => managed.Forward(_input, _ids, null, _output, _stream), "managed", "spans");
        Assert.Null(managed.Context);
        Assert.Equal(0, managed.GetWorkspaceBytes(5, 2));
        using var single = new SinglePrecisionMoe(new ManagedBackend(), FakeGpu.Weights<float>(Shape, Fc1Layout.GateUp));
        single.Forward(new float[64], [0, 1], [], new float[64]);
        AssertRefused<NotSupportedException>(() => MoeKernels<SinglePrecisionMoe, float>.Load(_gpu.Context, _gpu.Options), "FP32", "managed");
    }

    [Fact]
    public void A_disposed_layer()
    {
        _layer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _layer.Forward(_input, _ids, null, _output, _stream));
        Assert.Throws<ObjectDisposedException>(() => _layer.Forward(new BFloat16[64], [0], [], new BFloat16[64]));
    }

    private void AssertRefused<TException>(Action action, params string[] parts)
        where TException : Exception
    {
        string message = Assert.Throws<TException>(action).Message;
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
        AssertNothingLaunched();
    }

    private void AssertNothingLaunched() => Assert.Equal(0, _gpu.Driver.LaunchCount);
}
