using System.Runtime.InteropServices;
using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

/// <summary>Reads a tensor of any type as that type, and as another.</summary>
internal static class HostileTensor
{
    /// <summary>Reads it; <paramref name="sum"/> is that of its bytes.</summary>
    public static void Read(SafetensorsFile file, SafetensorsTensor tensor, byte sum)
    {
        switch (tensor.Dtype)
        {
            case SafetensorsDtype.C64: return;
            case SafetensorsDtype.BF16: Read<BFloat16, Half>(file, tensor, sum); break;
            case SafetensorsDtype.F16: Read<Half, BFloat16>(file, tensor, sum); break;
            case SafetensorsDtype.F32: Read<float, int>(file, tensor, sum); break;
            case SafetensorsDtype.F64: Read<double, long>(file, tensor, sum); break;
            case SafetensorsDtype.I8: Read<sbyte, byte>(file, tensor, sum); break;
            case SafetensorsDtype.I16: Read<short, ushort>(file, tensor, sum); break;
            case SafetensorsDtype.U16: Read<ushort, short>(file, tensor, sum); break;
            case SafetensorsDtype.I32: Read<int, uint>(file, tensor, sum); break;
            case SafetensorsDtype.U32: Read<uint, float>(file, tensor, sum); break;
            case SafetensorsDtype.I64: Read<long, ulong>(file, tensor, sum); break;
            case SafetensorsDtype.U64: Read<ulong, double>(file, tensor, sum); break;
            default: Read<byte, sbyte>(file, tensor, sum); break;
        }
    }

    private static void Read<T, TOther>(SafetensorsFile file, SafetensorsTensor tensor, byte sum)
        where T : unmanaged
        where TOther : unmanaged
    {
        byte typed = 0;
        foreach (byte value in MemoryMarshal.AsBytes(file.Get<T>(tensor.Name).Span))
        {
            typed += value;
        }

        Assert.Equal(sum, typed);
        Assert.Throws<SafetensorsException>(() => file.Get<TOther>(tensor.Name));
        if (tensor.Shape.Count > 0 && tensor.Shape[0] > 0 && tensor.ByteLength % tensor.Shape[0] == 0)
        {
            ReadOnlySpan<byte> last = MemoryMarshal.AsBytes(file.GetRows<T>(tensor.Name, tensor.Shape[0] - 1, 1).Span);
            Assert.True(last.SequenceEqual(file.GetBytes(tensor.Name, tensor.ByteLength - last.Length).Span));
        }
    }
}
