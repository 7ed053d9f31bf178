namespace MoeGen.Checkpoints;

/// <summary>Reads weights into host memory an expert at a time, when they are asked for, each in the place of the one before it.</summary>
internal static class StreamLoader
{
    // Blocks of FP8 are as high: a piece that ends with them decodes by no table twice.
    private const int RowsAtOnce = 128;

    /// <summary>Weights that refer to the checkpoint, which must stay open; any form is converted.</summary>
    /// <exception cref="CheckpointException">An expert's fc1 exceeds one array, or biases cannot be read.</exception>
    public static MoeWeights<T> Load<T>(WeightSource source)
        where T : unmanaged
    {
        IReadOnlyList<ExpertMatrices> experts = source.Tensors.Experts;
        Memory<T> fc1 = HostLoader.Allocate<T>(HostLoader.Length(source, experts[0].Fc1));
        Memory<T> fc2 = HostLoader.Allocate<T>(HostLoader.Length(source, [experts[0].Fc2]));
        return new MoeWeights<T>(source.Shape, source.Fc1Layout, expert => Read(experts[expert].Fc1, fc1), expert => Read([experts[expert].Fc2], fc2))
        {
            Fc1ExpertBiases = source.ReadBiases<T>(source.Tensors.Fc1Biases),
            Fc2ExpertBiases = source.ReadBiases<T>(source.Tensors.Fc2Biases),
        };
    }

    // Parts one above the other, some rows a thread.
    private static ReadOnlyMemory<T> Read<T>(MatrixPart[] parts, Memory<T> destination)
        where T : unmanaged
    {
        int row = 0;
        foreach (MatrixPart part in parts)
        {
            int top = row;
            HostLoader.ForEach((part.Rows + RowsAtOnce - 1) / RowsAtOnce, piece =>
            {
                int first = piece * RowsAtOnce, rows = Math.Min(RowsAtOnce, part.Rows - first);
                part.Read(first, rows, destination.Span.Slice((top + first) * part.Columns, rows * part.Columns));
            });
            row += part.Rows;
        }

        return destination;
    }
}
