namespace MoeGen.Checkpoints;

/// <summary>Loads codes and scales as they are, several experts at once.</summary>
internal static class QuantizedLoader
{
    public static QuantizedMoeWeights<T> Load<T>(WeightSource source, IProgress<MoeLoadProgress>? progress)
        where T : unmanaged
    {
        (ExpertScheme? found, string problem) = ExpertScheme.Find(source.Tensors);
        ExpertScheme scheme = found ?? throw new CheckpointException($"{source.Folder}: {problem}.");
        IReadOnlyList<ExpertMatrices> experts = source.Tensors.Experts;
        CheckColumns(source, scheme);
        var fc1 = new QuantizedMatrix[experts.Count];
        var fc2 = new QuantizedMatrix[experts.Count];
        var reporter = new LoadReporter(experts, progress);
        HostLoader.ForEach(experts.Count, expert =>
        {
            fc1[expert] = Read(source, scheme, experts[expert].Fc1);
            fc2[expert] = Read(source, scheme, [experts[expert].Fc2]);
            reporter.Done(expert);
        });
        float[] inputScales = [.. experts.SelectMany(static expert => expert.Fc1).Select(part => InputScale(source, part)).OfType<float>()];
        float[] activatedScales = [.. experts.Select(expert => InputScale(source, expert.Fc2)).OfType<float>()];
        return Named(source, null, () => new QuantizedMoeWeights<T>(source.Shape, source.Fc1Layout, fc1, fc2)
        {
            Fc1ExpertBiases = source.ReadBiases<T>(source.Tensors.Fc1Biases),
            Fc2ExpertBiases = source.ReadBiases<T>(source.Tensors.Fc2Biases),
            InputFactors = source.Tensors.InputFactors,

            // Tokens are quantised once for all experts: by the largest scale none of them saturates.
            InputScale = inputScales.Length == 0 ? 0 : inputScales.Max(),
            ActivatedScales = activatedScales,
        });
    }

    // A slice of a shared expert may begin within a group of another size.
    private static void CheckColumns(WeightSource source, ExpertScheme scheme)
    {
        foreach (MatrixPart part in source.Tensors.Experts.SelectMany(static expert => expert.Parts))
        {
            if (scheme.GroupSize > 0 && (part.FirstColumn % scheme.GroupSize != 0 || part.Columns % scheme.GroupSize != 0))
            {
                throw new CheckpointException(
                    $"{source.Folder}: tensor {part.Source.Tensor} is taken by slices of {part.Columns} columns; required is a multiple of the group size {scheme.GroupSize}. LoadWeights loads every form.");
            }
        }
    }

    private static QuantizedMatrix Read(WeightSource source, ExpertScheme scheme, MatrixPart[] parts) =>
        Named(source, parts[0].Source.Tensor, () => CodedExpert.Read(scheme, parts));

    private static float? InputScale(WeightSource source, MatrixPart part) =>
        part.Source is IntegerMatrix { InputScale: { } scale } ? scale.ToSingles(source.Folder)[0] : null;

    // What is wrong with the file's numbers is no argument of the caller's.
    private static TResult Named<TResult>(WeightSource source, SafetensorsTensor? tensor, Func<TResult> read)
    {
        try
        {
            return read();
        }
        catch (ArgumentException problem)
        {
            throw new CheckpointException($"{source.Folder}: {(tensor is null ? "the quantised experts" : $"the codes of tensor {tensor}")} cannot be used: {problem.Message}", problem);
        }
        catch (OverflowException problem)
        {
            throw new CheckpointException($"{source.Folder}: an expert of tensor {tensor} exceeds one array of {Array.MaxLength} bytes.", problem);
        }
    }
}
