using System.CommandLine;
using MoeGen.Cli.Commands;
using MoeGen.Cli.Layers;

namespace MoeGen.Cli.Timing;

/// <summary>The options that say which layer is timed or tuned.</summary>
internal sealed class LayerOptions
{
    private readonly Option<int> _experts = Size("--experts", "-E", "Experts.");
    private readonly Option<int> _topK = Size("--top-k", "-K", "Experts of a token.");
    private readonly Option<int> _hidden = Size("--hidden", "-H", "Hidden size.");
    private readonly Option<int> _intermediate = Size("--intermediate", "-I", "Intermediate size.");
    private readonly Option<int[]> _tokens;
    private readonly Option<Dtype?> _dtype = ChoiceOption.Of("--dtype", "Element type; left out, bf16.", Dtype.BF16, Dtype.FP16);
    private readonly Option<Activation?> _activation = ChoiceOption.Of("--activation", "The function between the GEMMs; left out, swiglu.", Enum.GetValues<Activation>());
    private readonly Option<string?> _assembly = new("--assembly") { Description = "An assembly of yours, with --class, instead of this tool's own classes. It is loaded and its class is run." };
    private readonly Option<string?> _class = new("--class") { Description = "Full name of an annotated class of --assembly." };

    /// <param name="command">Gets the options.</param>
    /// <param name="tokens">Which values of T there are where none are given.</param>
    public LayerOptions(Command command, string tokens)
    {
        _tokens = new("--tokens", "-T") { Description = $"Numbers of tokens, growing; left out, {tokens}.", AllowMultipleArgumentsPerToken = true };
        foreach (Option option in new Option[] { _experts, _topK, _hidden, _intermediate, _tokens, _dtype, _activation, _assembly, _class })
        {
            command.Add(option);
        }
    }

    /// <exception cref="BadInputException">The options do not fit together.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is not allowed.</exception>
    public LayerRequest Read(ParseResult parsed)
    {
        var shape = new MoeShape(parsed.GetValue(_experts), parsed.GetValue(_hidden), parsed.GetValue(_intermediate));
        int topK = parsed.GetValue(_topK);
        LayerChecks.CheckTopK(topK, Math.Min(MoeShape.MaxTopK, shape.NumExperts));
        int[] tokens = parsed.GetValue(_tokens) ?? [];
        if (tokens.Length > 0)
        {
            VariantTuner.CheckGrid(tokens, topK, "--tokens");
        }

        int mostTokens = Array.MaxLength / Math.Max(shape.HiddenSize, shape.NumExperts);
        return tokens.Length == 0 || tokens[^1] <= mostTokens
            ? new LayerRequest(Kind(parsed), shape, topK, tokens)
            : throw new BadInputException($"--tokens has {tokens[^1]}; allowed are at most {mostTokens} with hidden size {shape.HiddenSize} and {shape.NumExperts} experts.");
    }

    private LayerKind Kind(ParseResult parsed)
    {
        (string? assembly, string? name) = (parsed.GetValue(_assembly), parsed.GetValue(_class));
        if (assembly is null != name is null)
        {
            throw new BadInputException("--assembly and --class belong together; give both or none.");
        }

        if (assembly is null)
        {
            return LayerCatalog.Find(parsed.GetValue(_dtype) ?? Dtype.BF16, parsed.GetValue(_activation) ?? Activation.Swiglu, RoutingMethod.Preselected);
        }

        return parsed.GetValue(_dtype) is null && parsed.GetValue(_activation) is null
            ? UserLayers.Load(assembly, name!)
            : throw new BadInputException("--dtype and --activation are given with --class, whose [MoeConfig] says both; leave them out.");
    }

    private static Option<int> Size(string name, string alias, string description) => new(name, alias) { Description = description, Required = true };
}
