using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>Each mistake is refused before any launch, with argument, value and what is allowed.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly CudaContext _context = Gpu.Context;
    private readonly Data<BFloat16> _data = new(new Problem(5, 4, 2, 64, 32, Fc1Layout.GateUp));
    private readonly Bf16SwigluPinned _layer;
    private readonly Buffers<BFloat16> _buffers;
    private readonly CudaStream _stream;

    public BadInputTests()
    {
        _layer = new Bf16SwigluPinned(_context, _data.Weights, Gpu.Options);
        _buffers = new Buffers<BFloat16>(_context, _data);
        _stream = _context.CreateStream();
    }

    public void Dispose()
    {
        _stream.Dispose();
        _buffers.Dispose();
        _layer.Dispose();
    }

    [Fact]
    public void Null_disposed_and_short_buffers()
    {
        Assert.Equal("input", Assert.Throws<ArgumentNullException>(() => _layer.Forward(null!, _buffers.Ids, null, _buffers.Output, _stream)).ParamName);
        Assert.Equal("output", Assert.Throws<ArgumentNullException>(() => _layer.Forward(_buffers.Input, _buffers.Ids, null, null!, _stream)).ParamName);
        Assert.Equal("stream", Assert.Throws<ArgumentNullException>(() => _layer.Forward(_buffers.Input, _buffers.Ids, null, _buffers.Output, null!)).ParamName);

        DeviceBuffer<BFloat16> gone = _context.Allocate<BFloat16>(5 * 64);
        gone.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _layer.Forward(gone, _buffers.Ids, null, _buffers.Output, _stream));

        using DeviceBuffer<BFloat16> shortOutput = _context.Allocate<BFloat16>(4 * 64);
        ArgumentException length = Assert.Throws<ArgumentException>(() => _layer.Forward(_buffers.Input, _buffers.Ids, null, shortOutput, _stream));
        Assert.Contains("output has 256 elements; T * H = 320", length.Message, StringComparison.Ordinal);

        using DeviceBuffer<int> oddIds = _context.Allocate<int>(7);
        Assert.Contains("tokenSelectedExperts has 7", Assert.Throws<ArgumentException>(
            () => _layer.Forward(_buffers.Input, oddIds, null, _buffers.Output, _stream)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unaligned_addresses()
    {
        using DeviceBuffer<BFloat16> memory = _context.Allocate<BFloat16>((5 * 64) + 8);
        Assert.Throws<ArgumentException>(() => DeviceBuffer<BFloat16>.Wrap(_context, (nint)memory.Pointer.Address + 2, 64));
        Assert.ThrowsAny<ArgumentException>(() => _layer.Forward(memory.Slice(3, 5 * 64), _buffers.Ids, null, _buffers.Output, _stream));
        using DeviceBuffer<BFloat16> wrapped = DeviceBuffer<BFloat16>.Wrap(_context, (nint)memory.Pointer.Address + 16, 5 * 64);
        wrapped.CopyFrom(_data.Input);
        _layer.Forward(wrapped, _buffers.Ids, null, _buffers.Output, _stream);
        _stream.Synchronize();
    }

    [Fact]
    public void Weights_of_another_layout_and_calls_of_another_routing()
    {
        var plain = new Data<BFloat16>(new Problem(1, 2, 1, 16, 16, Fc1Layout.Plain));
        Assert.Contains("Plain", Assert.Throws<ArgumentException>(() => new Bf16SwigluPinned(_context, plain.Weights, Gpu.Options)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Bf16GeluRouted(_context, _data.Weights, Gpu.Options));
        using DeviceBuffer<float> logits = _context.Allocate<float>(5 * 4);
        Assert.Contains("Preselected", Assert.Throws<InvalidOperationException>(
            () => _layer.ForwardFromLogits(_buffers.Input, logits, 2, _buffers.Output, _stream)).Message, StringComparison.Ordinal);
        using var routed = new Bf16SwigluRouted(_context, _data.Weights, Gpu.Options);
        Assert.Throws<InvalidOperationException>(() => routed.Forward(_buffers.Input, _buffers.Ids, null, _buffers.Output, _stream));
        Assert.Throws<ArgumentOutOfRangeException>(() => routed.ForwardFromLogits(_buffers.Input, logits, 5, _buffers.Output, _stream));
    }

    [Fact]
    public void Capture_without_a_workspace_and_a_small_workspace()
    {
        _layer.Prepare(TestContext.Current.CancellationToken);
        Assert.Contains("workspace", Assert.Throws<InvalidOperationException>(
            () => _stream.Capture(() => _layer.Forward(_buffers.Input, _buffers.Ids, null, _buffers.Output, _stream))).Message, StringComparison.Ordinal);
        using DeviceBuffer<byte> small = _context.Allocate<byte>(_layer.GetWorkspaceBytes(5, 2) - 256);
        Assert.Contains("workspace has", Assert.Throws<ArgumentException>(
            () => _layer.Forward(_buffers.Input, _buffers.Ids, null, _buffers.Output, _stream, small)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_managed_layer_refuses_device_buffers_and_a_disposed_one_everything()
    {
        using var managed = new Bf16SwigluPinned(new ManagedBackend(), _data.Weights);
        Assert.Equal(MoeBackend.Managed, managed.Backend);
        Assert.Contains("managed", Assert.Throws<InvalidOperationException>(
            () => managed.Forward(_buffers.Input, _buffers.Ids, null, _buffers.Output, _stream)).Message, StringComparison.Ordinal);
        var other = new Bf16SwigluPinned(_context, _data.Weights, Gpu.Options);
        other.Dispose();
        Assert.Throws<ObjectDisposedException>(() => other.Forward(_buffers.Input, _buffers.Ids, null, _buffers.Output, _stream));
    }
}
