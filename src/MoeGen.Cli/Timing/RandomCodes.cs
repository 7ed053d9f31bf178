namespace MoeGen.Cli.Timing;

/// <summary>Random codes of a class's format, the same in every run.</summary>
internal static class RandomCodes
{
    private const int Mxfp4Group = 32;

    /// <summary>Bytes of a weight in device memory, its part of the scales included; a scale of a whole row counts nothing.</summary>
    public static double BytesOf(MoeDescriptor descriptor) => descriptor.Weights switch
    {
        WeightFormat.Int8PerChannel => 1,
        WeightFormat.Int4Group => 0.5 + ((descriptor.HasZeroPoints ? 3.0 : 2.0) / descriptor.GroupSize),
        WeightFormat.Mxfp4 => 0.5 + (2.0 / Mxfp4Group),
        _ => 2,
    };

    /// <summary>Weights for which outputs are about as large as inputs.</summary>
    /// <exception cref="BadInputException">A size is no multiple of the groups, or too large for one array.</exception>
    public static QuantizedMoeWeights<T> Weights<T>(MoeShape shape, MoeDescriptor descriptor)
        where T : unmanaged => new(
            shape,
            descriptor.IsGated ? Fc1Layout.GateUp : Fc1Layout.Plain,
            Experts(descriptor, shape.NumExperts, shape.Fc1Rows(descriptor.IsGated), shape.HiddenSize, "--hidden", seed: 1),
            Experts(descriptor, shape.NumExperts, shape.HiddenSize, shape.IntermediateSize, "--intermediate", seed: 2));

    // All codes are equally likely; the scale makes the wanted deviation of them.
    private static QuantizedMatrix[] Experts(MoeDescriptor descriptor, int experts, int rows, int columns, string name, int seed)
    {
        (int group, double spread, int codesPerByte) = descriptor.Weights switch
        {
            WeightFormat.Int8PerChannel => (columns, 73.9, 1),
            WeightFormat.Int4Group => (descriptor.GroupSize, 4.6, 2),
            _ => (Mxfp4Group, 2.9, 2),
        };
        if (columns % group != 0)
        {
            throw new BadInputException($"{name} is {columns}; {descriptor.Name} takes multiples of {group}, its groups.");
        }

        long bytes = (long)rows * columns / codesPerByte, windows = (long)experts * RandomLayer.WindowStep;
        if (bytes + windows > Array.MaxLength)
        {
            throw new BadInputException($"One expert has {bytes} bytes of codes of fc1 or fc2; at most {Array.MaxLength - windows} can be made up here with {experts} experts.");
        }

        var block = new byte[bytes + windows];
        new Random(seed).NextBytes(block);
        double scale = 1.5 / Math.Sqrt(columns) / spread;
        var scales = new float[rows * (columns / group)];
        Array.Fill(scales, (float)(descriptor.Weights == WeightFormat.Mxfp4 ? Math.Pow(2, Math.Round(Math.Log2(scale))) : scale));
        var zeroPoints = new byte[descriptor.HasZeroPoints ? scales.Length : 0];
        Array.Fill(zeroPoints, (byte)8);
        return [.. Enumerable.Range(0, experts).Select(expert => Matrix(block.AsMemory(expert * RandomLayer.WindowStep, (int)bytes)))];

        QuantizedMatrix Matrix(ReadOnlyMemory<byte> codes) => descriptor.Weights switch
        {
            WeightFormat.Int8PerChannel => QuantizedMatrix.Int8(rows, columns, codes, scales),
            WeightFormat.Int4Group => QuantizedMatrix.Int4(rows, columns, group, codes, scales, zeroPoints),
            _ => QuantizedMatrix.Mxfp4(rows, columns, codes, scales),
        };
    }
}
