namespace MoeGen;

/// <summary>
/// The weights of a layer in host memory, one block an expert, so that all experts together may exceed 2^31 elements; with them,
/// optionally, biases and the activation's constants of each expert.
/// </summary>
/// <typeparam name="T">Element type: <see cref="BFloat16"/>, <see cref="Half"/> or <see cref="float"/>.</typeparam>
public sealed class MoeWeights<T> : ExpertWeights<T>
    where T : unmanaged
{
    private readonly IReadOnlyList<ReadOnlyMemory<T>> _fc1;
    private readonly IReadOnlyList<ReadOnlyMemory<T>> _fc2;

    /// <summary>Takes one block an expert. Nothing is copied.</summary>
    /// <param name="shape">E, H, I.</param>
    /// <param name="fc1Layout">The row order of fc1; required.</param>
    /// <param name="fc1ExpertWeights">E blocks, each [2I, H] gated or [I, H] for <see cref="Fc1Layout.Plain"/>, row-major.</param>
    /// <param name="fc2ExpertWeights">E blocks, each [H, I], row-major.</param>
    /// <exception cref="ArgumentException">A number of blocks or a length is wrong; the message names the expert, the length found and the length required.</exception>
    public MoeWeights(
        MoeShape shape,
        Fc1Layout fc1Layout,
        IReadOnlyList<ReadOnlyMemory<T>> fc1ExpertWeights,
        IReadOnlyList<ReadOnlyMemory<T>> fc2ExpertWeights)
        : base(shape, fc1Layout)
    {
        _fc1 = TakeBlocks(fc1ExpertWeights, nameof(fc1ExpertWeights), shape.Fc1ElementsPerExpert(IsGated), DescribeFc1());
        _fc2 = TakeBlocks(fc2ExpertWeights, nameof(fc2ExpertWeights), shape.Fc2ElementsPerExpert, DescribeFc2());
    }

    /// <summary>Takes all experts as one block each of fc1 and fc2. Nothing is copied.</summary>
    /// <param name="shape">E, H, I.</param>
    /// <param name="fc1Layout">The row order of fc1; required.</param>
    /// <param name="fc1ExpertWeights">[E, 2I, H] gated or [E, I, H] for <see cref="Fc1Layout.Plain"/>, row-major.</param>
    /// <param name="fc2ExpertWeights">[E, H, I], row-major.</param>
    /// <exception cref="ArgumentException">A length is wrong; the message names the length found and the length required.</exception>
    public MoeWeights(MoeShape shape, Fc1Layout fc1Layout, ReadOnlyMemory<T> fc1ExpertWeights, ReadOnlyMemory<T> fc2ExpertWeights)
        : base(shape, fc1Layout)
    {
        _fc1 = Split(fc1ExpertWeights, nameof(fc1ExpertWeights), shape.Fc1ElementsPerExpert(IsGated), DescribeFc1());
        _fc2 = Split(fc2ExpertWeights, nameof(fc2ExpertWeights), shape.Fc2ElementsPerExpert, DescribeFc2());
    }

    /// <summary>Takes weights that are read when they are asked for; of fc1 and fc2 one expert's is kept, valid until another is asked for.</summary>
    /// <param name="shape">E, H, I.</param>
    /// <param name="fc1Layout">The row order of fc1.</param>
    /// <param name="readFc1">Reads fc1 of an expert, checked as above when it is.</param>
    /// <param name="readFc2">Reads fc2 of an expert.</param>
    internal MoeWeights(MoeShape shape, Fc1Layout fc1Layout, Func<int, ReadOnlyMemory<T>> readFc1, Func<int, ReadOnlyMemory<T>> readFc2)
        : base(shape, fc1Layout)
    {
        _fc1 = new StreamedMatrices<ReadOnlyMemory<T>>(
            shape.NumExperts, expert => CheckBlock(readFc1(expert), expert, "fc1ExpertWeights", shape.Fc1ElementsPerExpert(IsGated), DescribeFc1()));
        _fc2 = new StreamedMatrices<ReadOnlyMemory<T>>(
            shape.NumExperts, expert => CheckBlock(readFc2(expert), expert, "fc2ExpertWeights", shape.Fc2ElementsPerExpert, DescribeFc2()));
    }

    /// <summary>fc1 of each expert: [2I, H] gated, [I, H] plain.</summary>
    public IReadOnlyList<ReadOnlyMemory<T>> Fc1ExpertWeights => _fc1;

    /// <summary>fc2 of each expert: [H, I].</summary>
    public IReadOnlyList<ReadOnlyMemory<T>> Fc2ExpertWeights => _fc2;

    internal override IExpertStream? Fc1Stream => _fc1 as IExpertStream;

    internal override IExpertStream? Fc2Stream => _fc2 as IExpertStream;

    internal override void LoadFc1Rows<TAcc>(int expert, int firstRow, Span<TAcc> rows) =>
        ElementConversion.Widen(_fc1.Of(expert).Span.Slice(firstRow * Shape.HiddenSize, rows.Length), rows);

    internal override void LoadFc2Rows<TAcc>(int expert, int firstRow, Span<TAcc> rows) =>
        ElementConversion.Widen(_fc2.Of(expert).Span.Slice(firstRow * Shape.IntermediateSize, rows.Length), rows);

    private ReadOnlyMemory<T>[] TakeBlocks(IReadOnlyList<ReadOnlyMemory<T>> blocks, string name, long required, string what)
    {
        ArgumentNullException.ThrowIfNull(blocks, name);
        if (blocks.Count != Shape.NumExperts)
        {
            throw new ArgumentException($"{name} holds {blocks.Count} experts; required are {Shape.NumExperts} (numExperts).", name);
        }

        var taken = new ReadOnlyMemory<T>[blocks.Count];
        for (int expert = 0; expert < taken.Length; expert++)
        {
            taken[expert] = CheckBlock(blocks[expert], expert, name, required, what);
        }

        return taken;
    }

    private static ReadOnlyMemory<T> CheckBlock(ReadOnlyMemory<T> block, int expert, string name, long required, string what) => block.Length == required
        ? block
        : throw new ArgumentException($"{name} of expert {expert} has {block.Length} elements; required are {required} ({what}).", name);

    private ReadOnlyMemory<T>[] Split(ReadOnlyMemory<T> all, string name, long each, string what)
    {
        if (all.Length != each * Shape.NumExperts)
        {
            throw new ArgumentException(
                $"{name} has {all.Length} elements; required are {each * Shape.NumExperts} ({Shape.NumExperts} experts of {what}).", name);
        }

        var blocks = new ReadOnlyMemory<T>[Shape.NumExperts];
        for (int expert = 0; expert < blocks.Length; expert++)
        {
            blocks[expert] = all.Slice(expert * (int)each, (int)each);
        }

        return blocks;
    }

    private string DescribeFc1() => IsGated
        ? $"2 x intermediateSize {Shape.IntermediateSize} x hiddenSize {Shape.HiddenSize}, layout {Fc1Layout}"
        : $"intermediateSize {Shape.IntermediateSize} x hiddenSize {Shape.HiddenSize}, layout {Fc1Layout}";

    private string DescribeFc2() => $"hiddenSize {Shape.HiddenSize} x intermediateSize {Shape.IntermediateSize}";
}
