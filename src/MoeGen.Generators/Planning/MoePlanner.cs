using MoeGen.Generators.Helpers;
using MoeGen.Generators.Models;
using MoeGen.Generators.Validation;

namespace MoeGen.Generators.Planning;

/// <summary>From a declaration to the model that emission gets: defaults applied, variants planned.</summary>
internal static class MoePlanner
{
    /// <summary>Plans one class. A wrong configuration still gives a model, of the members without kernels where possible.</summary>
    public static MoeModel Plan(MoeDeclaration declaration)
    {
        MoeSettings settings = declaration.Settings;
        IReadOnlyList<Issue> issues = MoeRules.Errors(declaration);
        MoeOutput output = OutputOf(settings, issues);
        return new MoeModel(
            declaration.Type,
            // BF16 stands in for an element type that is missing: most users of the class then meet no second error.
            ElementOf(settings) is var dtype && dtype == Dtype.None ? Dtype.BF16 : dtype,
            DefinedOr(settings.Activation, Activation.Swiglu),
            DefinedOr(settings.Routing, RoutingMethod.Preselected),
            // Values that the rules reject stay out of the members of a wrong configuration.
            issues.Count == 0 ? Constants(settings) : SwigluConstants.Default,
            issues.Count == 0 ? Shape(settings) : new StaticShape(),
            DefinedOr(settings.Gemm, Gemm.TensorCore),
            new EquatableArray<GemmPlan>(output == MoeOutput.Cuda ? Variants(declaration) : []),
            // The kernels for few tokens are both GEMMs, so they stand where the class generates both.
            Decodes: output == MoeOutput.Cuda && settings.Gemm is null or Gemm.TensorCore,
            WeightCoding.Of(settings),
            output);
    }

    private static MoeOutput OutputOf(MoeSettings settings, IReadOnlyList<Issue> issues)
    {
        if (issues.Any(issue => issue.Place is Place.ClassName or Place.BaseClass))
        {
            return MoeOutput.Nothing;
        }

        if (settings.Unreadable || issues.Count > 0)
        {
            return MoeOutput.Surface;
        }

        return settings.Dtype == Dtype.FP32 ? MoeOutput.Managed : MoeOutput.Cuda;
    }

    private static IEnumerable<GemmPlan> Variants(MoeDeclaration declaration)
    {
        // Where no GEMM is generated, one variant stays, because the routing lists tiles of its height.
        MoeSettings settings = declaration.Settings;
        bool generates = GeneratedGemms.Of(settings.Gemm ?? Gemm.TensorCore, declaration.Type).Any();
        IEnumerable<LadderTile> tiles = TilePlanner.LadderOf(settings.Operands).Take(generates ? int.MaxValue : 1);
        if (settings.Tile is { } text)
        {
            TileGrammar.Parse(text, settings.Operands, out TileShape pinned);
            tiles = [new LadderTile(pinned)];
        }

        return tiles
            .Select(tile => TilePlanner.Plan(tile.Shape, settings.Stages ?? tile.Stages, settings.Operands))
            .OfType<PlanOutcome.Planned>()
            .Select(outcome => outcome.Plan)
            .OrderBy(plan => plan.TileM)
            .ThenBy(plan => plan.TileN);
    }

    private static Dtype ElementOf(MoeSettings settings)
    {
        // A wrong OutputDtype still gives a surface, of the default.
        Dtype stated = DefinedOr(settings.Dtype, Dtype.None);
        return stated != Dtype.INT8 ? stated : settings.OutputDtype is Dtype.FP16 ? Dtype.FP16 : Dtype.BF16;
    }

    private static SwigluConstants Constants(MoeSettings settings) => new(
        settings.SwigluAlpha ?? SwigluConstants.Default.Alpha,
        settings.SwigluBeta ?? SwigluConstants.Default.Beta,
        settings.SwigluLimit ?? SwigluConstants.Default.Limit);

    private static StaticShape Shape(MoeSettings settings) => new(
        settings.NumExperts ?? 0, settings.TopK ?? 0, settings.HiddenSize ?? 0, settings.IntermediateSize ?? 0);

    private static T DefinedOr<T>(T? value, T fallback)
        where T : struct, Enum =>
        value is { } given && Enum.IsDefined(typeof(T), given) ? given : fallback;
}
