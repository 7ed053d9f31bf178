using MoeGen.Checkpoints;

namespace MoeGen.Cli.Blocks;

/// <summary>A call of a block: its input, and what may have been recorded of its output.</summary>
/// <param name="Input">[T, H].</param>
/// <param name="Expected">[T, H], what the block gave in float32; null where unknown.</param>
/// <param name="Ids">[T, K], the experts that were chosen; null where unknown.</param>
internal sealed record RecordedCall(float[] Input, double[]? Expected, int[]? Ids)
{
    private const string InputName = "input", ExpectedName = "output_fp32";

    /// <summary>Reads a safetensors file with <c>input</c> [T, H], and perhaps <c>output_fp32</c> and the router's ids.</summary>
    /// <exception cref="BadInputException">There is no such file.</exception>
    /// <exception cref="CheckpointException">A tensor is missing or of another shape or type.</exception>
    public static RecordedCall Read(string path, int hiddenSize, int topK)
    {
        if (!File.Exists(path))
        {
            throw new BadInputException($"--io {path} does not exist; a safetensors file with the tensor '{InputName}' [T, {hiddenSize}] is required.");
        }

        using SafetensorsFile file = SafetensorsFile.Open(path);
        float[] input = ReadFloats(file, InputName, hiddenSize);
        double[]? expected = null;
        if (file.Tensors.ContainsKey(ExpectedName))
        {
            expected = [.. ReadFloats(file, ExpectedName, hiddenSize).Select(value => (double)value)];
            if (expected.Length != input.Length)
            {
                throw new SafetensorsException(path, $"tensor '{ExpectedName}' has {expected.Length} elements; as many as '{InputName}' has, {input.Length}, are required.");
            }
        }

        return new RecordedCall(input, expected, ReadIds(file, input.Length / hiddenSize, topK));
    }

    /// <summary>T tokens of normal values that every element type holds exactly.</summary>
    /// <exception cref="BadInputException">They exceed one array.</exception>
    public static RecordedCall Random(int tokens, int hiddenSize) => (long)tokens * hiddenSize <= Array.MaxLength
        ? new([.. Timing.RandomLayer.Normal<BFloat16>(tokens * hiddenSize, 1, seed: 1).Select(value => (float)value)], null, null)
        : throw new BadInputException($"--tokens is {tokens}; allowed are at most {Array.MaxLength / hiddenSize} with hidden size {hiddenSize}.");

    /// <summary>A tensor [T, H] as floats.</summary>
    public static float[] ReadFloats(SafetensorsFile file, string name, int hiddenSize)
    {
        if (!file.Tensors.TryGetValue(name, out SafetensorsTensor? tensor) || tensor.Shape is not [.., var last] || last != hiddenSize || tensor.ByteLength == 0)
        {
            string found = tensor is null ? $"there is no tensor '{name}'" : $"tensor {tensor} does not fit";
            throw new SafetensorsException(file.Path, $"{found}; '{name}' must be [T, {hiddenSize}] of F32, BF16 or F16, the last being the block's hidden size, with T at least 1.");
        }

        switch (tensor.Dtype)
        {
            case SafetensorsDtype.F32: return file.Get<float>(name).ToArray();
            case SafetensorsDtype.BF16: return Widen(file.Get<BFloat16>(name).Span);
            case SafetensorsDtype.F16: return Widen(file.Get<Half>(name).Span);
            default: throw new SafetensorsException(file.Path, $"tensor {tensor} is {tensor.Dtype}; allowed are F32, BF16 and F16.");
        }
    }

    private static float[] Widen<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var wide = new float[values.Length];
        ElementConversion.Widen(values, wide);
        return wide;
    }

    // As recorders of Hugging Face's modules name what the router returned.
    private static int[]? ReadIds(SafetensorsFile file, int tokens, int topK)
    {
        SafetensorsTensor? tensor = file.Tensors.Values.FirstOrDefault(tensor =>
            (tensor.Name.StartsWith("gate.", StringComparison.Ordinal) || tensor.Name.StartsWith("router.", StringComparison.Ordinal))
            && tensor.Dtype is SafetensorsDtype.I32 or SafetensorsDtype.I64 && tensor.Shape is [var rows, var columns] && rows == tokens && columns == topK);
        return tensor?.Dtype switch
        {
            SafetensorsDtype.I32 => file.Get<int>(tensor.Name).ToArray(),
            SafetensorsDtype.I64 => [.. file.Get<long>(tensor.Name).ToArray().Select(id => id is >= 0 and <= int.MaxValue ? (int)id : -1)],
            _ => null,
        };
    }
}
