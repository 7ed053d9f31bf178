using MoeGen.Checkpoints;

namespace MoeGen.Cli.Quantizing;

/// <summary>What is quantised of a layer.</summary>
/// <param name="Layer">Its index.</param>
/// <param name="Block">Its block.</param>
/// <param name="Prefix">What its tensors' names begin with.</param>
/// <param name="Jobs">The matrices, expert by expert.</param>
/// <param name="Replaced">Tensors of the source that the output has in another form.</param>
internal sealed record LayerPlan(int Layer, MoeBlock Block, string Prefix, IReadOnlyList<ModuleJob> Jobs, IReadOnlySet<string> Replaced)
{
    private const string Weight = ".weight", Blocks = "_blocks", Scales = "_scales", Fp8Factors = "_scale_inv";

    /// <exception cref="CheckpointException">The layer cannot be read.</exception>
    /// <exception cref="BadInputException">It is quantised already.</exception>
    public static LayerPlan Of(MoeCheckpoint checkpoint, int layer)
    {
        MoeBlock block = checkpoint.GetBlock(layer);
        string prefix = checkpoint.LayerPrefix(layer);
        IReadOnlyList<ExpertMatrices> experts = block.Stored.Experts;
        var jobs = new List<ModuleJob>();
        for (int expert = 0; expert < block.Router.NumExperts; expert++)
        {
            jobs.AddRange(OfRouted(checkpoint.ExpertNames, prefix, expert, experts[expert]));
        }

        // Slices of the shared expert share their matrices.
        foreach ((StoredMatrix source, ModuleRole role) in experts.Skip(block.Router.NumExperts).SelectMany(OfShared).DistinctBy(shared => shared.Source.Tensor.Name))
        {
            jobs.Add(new ModuleJob(WithoutWeight(source.Tensor.Name), block.Router.NumExperts, role, MatrixPart.Whole(source)));
        }

        return new LayerPlan(layer, block, prefix, jobs, Replace(jobs));
    }

    /// <summary>The experts of the block that an expert of the checkpoint is: itself, or where it is shared, slices of it.</summary>
    public IEnumerable<int> SlicesOf(int expert) => expert < Block.Router.NumExperts
        ? [expert]
        : Enumerable.Range(Block.Router.NumExperts, Block.Shape.NumExperts - Block.Router.NumExperts);

    private static IEnumerable<ModuleJob> OfRouted(ExpertNames names, string prefix, int expert, ExpertMatrices matrices)
    {
        string[] modules = [.. names.Modules(expert).Select(module => prefix + module)];
        MatrixPart[] fc1 = matrices.Fc1 is [var both] && names.Fc1.Count == 2 ? Halves(both) : matrices.Fc1;
        ModuleRole[] roles = fc1.Length == 2 ? [ModuleRole.Gate, ModuleRole.Up] : [ModuleRole.GateUp];
        return [.. fc1.Select((part, i) => new ModuleJob(modules[i], expert, roles[i], part)), new ModuleJob(modules[^1], expert, ModuleRole.Down, matrices.Fc2)];
    }

    private static MatrixPart[] Halves(MatrixPart both)
    {
        int rows = both.Rows / 2;
        return [both with { StoredRows = rows, Rows = rows }, both with { FirstRow = both.FirstRow + rows, StoredRows = rows, Rows = rows }];
    }

    private static IEnumerable<(StoredMatrix Source, ModuleRole Role)> OfShared(ExpertMatrices matrices)
    {
        bool isOne = matrices.Fc1[0].Source.Tensor.Name == matrices.Fc1[^1].Source.Tensor.Name;
        yield return (matrices.Fc1[0].Source, isOne ? ModuleRole.GateUp : ModuleRole.Gate);
        yield return (matrices.Fc1[^1].Source, isOne ? ModuleRole.GateUp : ModuleRole.Up);
        yield return (matrices.Fc2.Source, ModuleRole.Down);
    }

    private static HashSet<string> Replace(List<ModuleJob> jobs)
    {
        var replaced = new HashSet<string>(StringComparer.Ordinal);
        foreach (string name in jobs.Select(job => job.Part.Source.Tensor.Name))
        {
            replaced.Add(name);
            replaced.Add(name + Fp8Factors);
            if (name.EndsWith(Blocks, StringComparison.Ordinal))
            {
                replaced.Add(name[..^Blocks.Length] + Scales);
            }
        }

        return replaced;
    }

    private static string WithoutWeight(string name) => name.EndsWith(Weight, StringComparison.Ordinal) ? name[..^Weight.Length] : name;
}
