namespace MoeGen.Checkpoints;

/// <summary>A block's weights in the checkpoint, and what must hold before they are loaded.</summary>
internal sealed record WeightSource(string Folder, MoeShape Shape, Fc1Layout Fc1Layout, MoeBlockTensors Tensors)
{
    /// <summary>Throws where a tensor would be converted and must not be.</summary>
    public void Check<T>(bool allowConversion)
        where T : unmanaged
    {
        Dtype dtype = ElementType.DtypeOf<T>();
        foreach (StoredMatrix stored in allowConversion ? [] : All())
        {
            if (!stored.IsStoredAs<T>())
            {
                throw new CheckpointException(
                    $"{Folder}: tensor {stored.Tensor} is stored as {stored.Tensor.Dtype}, and weights of {dtype} were asked for; load its own type, or pass allowConversion: true to convert BF16, F16, F32, FP8, MXFP4 and integers.");
            }
        }
    }

    /// <summary>Reads fc1 of an expert.</summary>
    public static void ReadFc1<T>(ExpertMatrices expert, Span<T> destination)
        where T : unmanaged
    {
        foreach (MatrixPart part in expert.Fc1)
        {
            part.Read(0, part.Rows, destination);
            destination = destination[(int)part.Elements..];
        }
    }

    /// <summary>Biases of all experts, zeros for the shared ones; empty where there are none.</summary>
    public T[] ReadBiases<T>(StoredMatrix? biases)
        where T : unmanaged
    {
        if (biases is null)
        {
            return [];
        }

        var values = new T[checked(Shape.NumExperts * biases.Columns)];
        biases.Read<T>(0, biases.Rows, 0, biases.Columns, values, biases.Columns);
        return values;
    }

    private IEnumerable<StoredMatrix> All() => Tensors.Experts
        .SelectMany(static expert => expert.Parts)
        .Select(static part => part.Source)
        .Concat(new[] { Tensors.Fc1Biases, Tensors.Fc2Biases }.OfType<StoredMatrix>());
}
