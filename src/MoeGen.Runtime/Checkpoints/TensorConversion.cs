namespace MoeGen.Checkpoints;

/// <summary>Copies of BF16, F16 and F32 tensors in another of these types.</summary>
internal static class TensorConversion
{
    private const int BlockLength = 4096;

    /// <summary>Converts a whole tensor by way of float, which holds all three exactly: one rounding.</summary>
    public static void CopyConverted<T>(SafetensorsCheckpoint tensors, string name, Span<T> destination)
        where T : unmanaged
    {
        SafetensorsTensor tensor = tensors.GetTensor(name);
        switch (tensor.Dtype)
        {
            case SafetensorsDtype.BF16: Convert(tensors.Get<BFloat16>(name).Span, destination); break;
            case SafetensorsDtype.F16: Convert(tensors.Get<Half>(name).Span, destination); break;
            case SafetensorsDtype.F32: Convert(tensors.Get<float>(name).Span, destination); break;
            default:
                throw new CheckpointException($"{tensors.Folder}: tensor {tensor} is stored as {tensor.Dtype}; only BF16, F16 and F32 can be converted.");
        }
    }

    private static void Convert<TFrom, TTo>(ReadOnlySpan<TFrom> source, Span<TTo> destination)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        var block = new float[Math.Min(BlockLength, source.Length)];
        for (int i = 0; i < source.Length; i += BlockLength)
        {
            int length = Math.Min(BlockLength, source.Length - i);
            ElementConversion.Widen(source.Slice(i, length), block.AsSpan(0, length));
            ElementConversion.Narrow<TTo, float>(block.AsSpan(0, length), destination.Slice(i, length));
        }
    }
}
