namespace MoeGen.Benchmarks;

/// <summary>Random codes for layers of any size: experts are overlapping windows of one random block, so that making them is quick.</summary>
internal static class RandomCodes
{
    private const int WindowStep = 16 * 12347;
    private const int Int4GroupSize = 128;
    private const int Mxfp4GroupSize = 32;

    public static QuantizedMoeWeights<BFloat16> Create(ModelShape model, WeightFormat format, int seed)
    {
        var shape = new MoeShape(model.NumExperts, model.HiddenSize, model.IntermediateSize);
        return new QuantizedMoeWeights<BFloat16>(
            shape,
            Fc1Layout.GateUp,
            Experts(format, shape.NumExperts, 2 * shape.IntermediateSize, shape.HiddenSize, 1 / Math.Sqrt(shape.HiddenSize), seed),
            Experts(format, shape.NumExperts, shape.HiddenSize, shape.IntermediateSize, 2 / Math.Sqrt(shape.IntermediateSize), seed + 1));
    }

    // The scale makes weights of the wanted deviation out of codes that are all equally likely.
    private static QuantizedMatrix[] Experts(WeightFormat format, int count, int rows, int columns, double deviation, int seed)
    {
        int length = checked(rows * columns) / (format == WeightFormat.Int8PerChannel ? 1 : 2);
        var block = new byte[length + (count * WindowStep)];
        new Random(seed).NextBytes(block);
        (int groups, double spread) = format switch
        {
            WeightFormat.Int8PerChannel => (rows, 73.9),
            WeightFormat.Int4Group => (rows * (columns / Int4GroupSize), 4.6),
            _ => (rows * (columns / Mxfp4GroupSize), 2.9),
        };
        var scales = new float[groups];
        double scale = deviation / spread;
        Array.Fill(scales, (float)(format == WeightFormat.Mxfp4 ? Math.Pow(2, Math.Round(Math.Log2(scale))) : scale));
        return [.. Enumerable.Range(0, count).Select(expert => Matrix(block.AsMemory(expert * WindowStep, length)))];

        QuantizedMatrix Matrix(ReadOnlyMemory<byte> codes) => format switch
        {
            WeightFormat.Int8PerChannel => QuantizedMatrix.Int8(rows, columns, codes, scales),
            WeightFormat.Int4Group => QuantizedMatrix.Int4(rows, columns, Int4GroupSize, codes, scales),
            _ => QuantizedMatrix.Mxfp4(rows, columns, codes, scales),
        };
    }
}
