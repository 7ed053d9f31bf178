using MoeGen.Interop;
using Xunit;

namespace MoeGen.Tests;

public sealed unsafe class DlpackImportTests : IDisposable
{
    private static readonly DlpackDataType s_float = new(2, 32, 1);

    private readonly FakeCudaDriver _driver = new();
    private readonly CudaContext _context;
    private readonly DeviceBuffer<float> _foreign;
    private readonly ForeignTensor _tensor;

    public DlpackImportTests()
    {
        _context = new CudaContext(_driver);
        _foreign = _context.Allocate<float>(32);
        _tensor = new ForeignTensor(_foreign.Pointer.Address, [2, 1, 8], s_float);
    }

    public void Dispose()
    {
        _tensor.Dispose();
        _foreign.Dispose();
        _context.Dispose();
        _driver.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_memory_is_shared_and_the_deleter_called_once(bool versioned)
    {
        _tensor.View.ByteOffset = 64;
        _tensor.SetStrides(8, 77, 1);
        DeviceBuffer<float> buffer = versioned
            ? DlpackTensor.ImportVersioned<float>(_context, _tensor.Versioned(), out long[] shape)
            : DlpackTensor.Import<float>(_context, _tensor.Managed(), out shape);
        Assert.Equal([2L, 1, 8], shape);
        Assert.Equal((16, _foreign.Pointer.Address + 64), (buffer.Length, buffer.Pointer.Address));
        buffer.CopyFrom([.. Enumerable.Range(0, 16).Select(i => (float)i)]);
        var read = new float[32];
        _foreign.CopyTo(read);
        Assert.Equal((0, 15), (read[16], read[31]));

        DeviceBuffer<float> view = buffer.Slice(4, 4);
        Assert.Equal(0, _tensor.Deleted);
        buffer.Dispose();
        buffer.Dispose();
        Assert.True(view.IsDisposed);
        Assert.Equal(1, _tensor.Deleted);
        Assert.Equal(1, _driver.LiveAllocations);
    }

    [Fact]
    public void The_garbage_collector_calls_the_deleter_too()
    {
        ImportAndForget();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(1, _tensor.Deleted);
    }

    [Fact]
    public void What_does_not_fit_is_refused_and_stays_the_callers()
    {
        Refused("0x0", () => DlpackTensor.Import<float>(_context, 0, out _));
        Refused("bfloat16 is required for BFloat16", () => DlpackTensor.Import<BFloat16>(_context, _tensor.Managed(), out _));
        Refused("float32; int32 is required", () => DlpackTensor.Import<int>(_context, _tensor.Managed(), out _));
        Refused("device of type 1", view => view with { Device = new DlpackDevice { Type = 1 } });
        Refused("CUDA device 3", view => view with { Device = new DlpackDevice { Type = 2, Id = 3 } });
        Refused("float32 x 4 lanes", view => view with { DataType = s_float with { Lanes = 4 } });
        Refused("-1 dimensions", view => view with { Rank = -1 });
        Refused("65 dimensions", view => view with { Rank = 65 });
        Refused("multiples of 16", view => view with { ByteOffset = 4 });
        Refused("0x0", view => view with { Data = null });
        Refused("row-major without gaps", view =>
        {
            _tensor.SetStrides(1, 1, 2);
            return view with { Strides = _tensor.View.Strides };
        });
        Refused("[0, 1, 8]", view => Sized(view, 0, 1, 8));
        Refused("[-2, -1, 8]", view => Sized(view, -2, -1, 8));
        Refused("63 bits", view => Sized(view, long.MaxValue, long.MaxValue, 8));
        Assert.Equal(0, _tensor.Deleted);
        Assert.Equal(1, _driver.LiveAllocations);
    }

    [Fact]
    public void Another_version_and_a_tensor_that_may_not_be_written_are_refused()
    {
        _tensor.Major = 2;
        Refused("DLPack 2.9; major version 1", () => DlpackTensor.ImportVersioned<float>(_context, _tensor.Versioned(), out _));
        _tensor.Major = 1;
        _tensor.Flags = 1;
        Refused("may only be read", () => DlpackTensor.ImportVersioned<float>(_context, _tensor.Versioned(), out _));
        Assert.Equal(0, _tensor.Deleted);
        DlpackTensor.ImportVersioned<float>(_context, _tensor.Versioned(), out _, readOnly: true).Dispose();
        Assert.Equal(1, _tensor.Deleted);
    }

    private static DlpackTensorView Sized(DlpackTensorView view, params long[] shape)
    {
        shape.CopyTo(new Span<long>(view.Shape, shape.Length));
        return view;
    }

    private static void Refused(string message, Action import) =>
        Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(import).Message, StringComparison.Ordinal);

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private void ImportAndForget() => DlpackTensor.Import<float>(_context, _tensor.Managed(), out _);

    private void Refused(string message, Func<DlpackTensorView, DlpackTensorView> change)
    {
        DlpackTensorView right = _tensor.View;
        _tensor.View = change(right);
        Refused(message, () => DlpackTensor.Import<float>(_context, _tensor.Managed(), out _));
        _tensor.View = right;
        Sized(right, 2, 1, 8);
    }
}
