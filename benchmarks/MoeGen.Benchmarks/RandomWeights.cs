namespace MoeGen.Benchmarks;

/// <summary>Random values for layers of any size: experts are overlapping windows of one random block, so that making them is quick.</summary>
internal static class RandomWeights
{
    // Odd number of 16-byte vectors between windows: no two experts share a row.
    private const int WindowStep = 8 * 12347;

    public static MoeWeights<BFloat16> Create(ModelShape model, int seed)
    {
        var shape = new MoeShape(model.NumExperts, model.HiddenSize, model.IntermediateSize);
        int fc1 = 2 * shape.IntermediateSize * shape.HiddenSize;
        int fc2 = shape.HiddenSize * shape.IntermediateSize;
        BFloat16[] fc1Block = Normal(fc1 + (shape.NumExperts * WindowStep), 1 / Math.Sqrt(shape.HiddenSize), seed);
        BFloat16[] fc2Block = Normal(fc2 + (shape.NumExperts * WindowStep), 2 / Math.Sqrt(shape.IntermediateSize), seed + 1);
        return new MoeWeights<BFloat16>(shape, Fc1Layout.GateUp, Windows(fc1Block, fc1, shape.NumExperts), Windows(fc2Block, fc2, shape.NumExperts));
    }

    /// <summary>Roughly normal values.</summary>
    public static BFloat16[] Normal(int count, double deviation, int seed)
    {
        const int Part = 1 << 20;
        var values = new BFloat16[count];
        Parallel.For(0, (count + Part - 1) / Part, part =>
        {
            var random = new Random(HashCode.Combine(seed, part));
            foreach (ref BFloat16 value in values.AsSpan(part * Part, Math.Min(Part, count - (part * Part))))
            {
                long bits = random.NextInt64();
                int sum = (int)(bits & 0xFFFF) + (int)((bits >> 16) & 0xFFFF) + (int)((bits >> 32) & 0xFFFF);
                value = (BFloat16)(float)(((sum / 65536.0) - 1.5) * 2 * deviation);
            }
        });
        return values;
    }

    private static ReadOnlyMemory<BFloat16>[] Windows(BFloat16[] block, int length, int count) =>
        [.. Enumerable.Range(0, count).Select(index => (ReadOnlyMemory<BFloat16>)block.AsMemory(index * WindowStep, length))];
}
