using System.Runtime.CompilerServices;
using MoeGen.Interop;
using Xunit;

namespace MoeGen.Tests;

public sealed unsafe class DlpackExportTests : IDisposable
{
    private readonly FakeCudaDriver _driver = new();
    private readonly CudaContext _context;

    public DlpackExportTests() => _context = new CudaContext(_driver);

    public void Dispose()
    {
        _context.Dispose();
        _driver.Dispose();
    }

    [Fact]
    public void Structures_have_the_layout_of_the_C_interface()
    {
        Assert.Equal(48, sizeof(DlpackTensorView));
        Assert.Equal(64, sizeof(DlpackManagedTensor));
        Assert.Equal(80, sizeof(DlpackVersionedTensor));
        DlpackTensorView view = default;
        Assert.Equal(8, Unsafe.ByteOffset(ref Unsafe.As<DlpackTensorView, byte>(ref view), ref Unsafe.As<DlpackDevice, byte>(ref view.Device)));
        Assert.Equal(20, Unsafe.ByteOffset(ref Unsafe.As<DlpackTensorView, byte>(ref view), ref Unsafe.As<DlpackDataType, byte>(ref view.DataType)));
        Assert.Equal(40, Unsafe.ByteOffset(ref Unsafe.As<DlpackTensorView, byte>(ref view), ref Unsafe.As<ulong, byte>(ref view.ByteOffset)));
    }

    [Fact]
    public void Memory_outlives_the_buffer_until_the_tensor_is_deleted()
    {
        DeviceBuffer<BFloat16> buffer = _context.Allocate<BFloat16>(24);
        ulong address = buffer.Pointer.Address;
        var tensor = (DlpackManagedTensor*)DlpackTensor.Export(buffer, 2, 3, 4);
        DlpackTensorView view = tensor->Tensor;
        Assert.Equal((address, 2, 0, 3), ((ulong)view.Data, view.Device.Type, view.Device.Id, view.Rank));
        Assert.Equal(new DlpackDataType(4, 16, 1), view.DataType);
        Assert.Equal([2L, 3, 4], new Span<long>(view.Shape, 3).ToArray());
        Assert.Equal([12L, 4, 1], new Span<long>(view.Strides, 3).ToArray());
        Assert.Equal(0ul, view.ByteOffset);

        buffer.Dispose();
        Assert.Equal(1, _driver.LiveAllocations);
        tensor->Deleter(tensor);
        Assert.Equal(0, _driver.LiveAllocations);
    }

    [Fact]
    public void A_deleted_tensor_leaves_the_buffer_as_it_is()
    {
        using DeviceBuffer<float> buffer = _context.Allocate<float>(8);
        DlpackTensor.Delete(DlpackTensor.Export(buffer.Slice(4, 4)));
        DlpackTensor.DeleteVersioned(DlpackTensor.ExportVersioned(buffer, 8));
        Assert.Equal(1, _driver.LiveAllocations);
        buffer.CopyFrom(new float[8]);
    }

    [Fact]
    public void What_is_exported_can_be_imported()
    {
        DeviceBuffer<Half> buffer = _context.Allocate<Half>(16);
        buffer.CopyFrom([.. Enumerable.Range(0, 16).Select(i => (Half)i)]);
        DeviceBuffer<Half> imported = DlpackTensor.ImportVersioned<Half>(_context, DlpackTensor.ExportVersioned(buffer, 2, 8), out long[] shape);
        buffer.Dispose();
        var read = new Half[16];
        imported.CopyTo(read);
        Assert.Equal([2L, 8], shape);
        Assert.Equal((Half)15, read[15]);
        imported.Dispose();
        imported.Dispose();
        Assert.Equal(0, _driver.LiveAllocations);
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        using DeviceBuffer<float> buffer = _context.Allocate<float>(8);
        Assert.Contains("[3, 3]", Assert.Throws<ArgumentException>("shape", () => DlpackTensor.Export(buffer, 3, 3)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("shape", () => DlpackTensor.Export(buffer, -2, -4));
        using DeviceBuffer<char> characters = _context.Allocate<char>(8);
        Assert.Throws<NotSupportedException>(() => DlpackTensor.Export(characters));
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => DlpackTensor.Export(buffer));
    }
}
