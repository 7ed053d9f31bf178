namespace MoeGen;

/// <summary>The C# types a layer is made of and their <see cref="Dtype"/>.</summary>
internal static class ElementType
{
    /// <summary>The <see cref="Dtype"/> of <typeparamref name="T"/>.</summary>
    /// <typeparam name="T"><see cref="BFloat16"/>, <see cref="Half"/> or <see cref="float"/>.</typeparam>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is another type.</exception>
    public static Dtype DtypeOf<T>()
        where T : unmanaged
    {
        if (typeof(T) == typeof(BFloat16))
        {
            return Dtype.BF16;
        }

        if (typeof(T) == typeof(Half))
        {
            return Dtype.FP16;
        }

        return typeof(T) == typeof(float)
            ? Dtype.FP32
            : throw new NotSupportedException($"Element type {typeof(T)} is not supported; allowed are MoeGen.BFloat16, System.Half and float.");
    }
}
