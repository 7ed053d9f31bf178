namespace MoeGen.Interop;

/// <summary>Shapes and strides, in elements, outermost first.</summary>
internal static class DlpackShape
{
    /// <exception cref="ArgumentException">A size is negative, or the product is not <paramref name="length"/>.</exception>
    public static void CheckProduct(ReadOnlySpan<long> shape, long length, string argument)
    {
        if (Product(shape) != length)
        {
            throw new ArgumentException($"{argument} is {Describe(shape)}; sizes of 0 or more are required whose product is the buffer's length {length}.", argument);
        }
    }

    /// <summary>Elements; -1 where a size is negative or they exceed 63 bits.</summary>
    public static long Product(ReadOnlySpan<long> shape)
    {
        UInt128 product = 1;
        foreach (long size in shape)
        {
            if (size < 0 || product > long.MaxValue)
            {
                return -1;
            }

            product *= (UInt128)size;
        }

        return product > long.MaxValue ? -1 : (long)product;
    }

    public static void RowMajorStrides(ReadOnlySpan<long> shape, Span<long> strides)
    {
        long stride = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= shape[i];
        }
    }

    /// <summary>Whether elements lie row by row without gaps; the stride of a dimension of size 1 is of no meaning.</summary>
    public static bool IsRowMajor(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides)
    {
        long stride = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            if (shape[i] != 1 && strides[i] != stride)
            {
                return false;
            }

            stride *= shape[i];
        }

        return true;
    }

    public static string Describe(ReadOnlySpan<long> sizes) => $"[{string.Join(", ", sizes.ToArray())}]";
}
