namespace MoeGen.Checkpoints;

/// <summary>Modules of one expert: NAME.e.gate_proj and so on.</summary>
/// <param name="Name">What the experts' names begin with, after <c>layers.N.</c>.</param>
/// <param name="Fc1">Gate and up, or both in one.</param>
/// <param name="Fc2">Down.</param>
internal sealed record ExpertNames(string Name, IReadOnlyList<string> Fc1, string Fc2)
{
    /// <summary>Those of most families.</summary>
    public static ExpertNames Default { get; } = Of("mlp.experts");

    /// <summary>gate_proj, up_proj and down_proj.</summary>
    public static ExpertNames Of(string name) => new(name, ["gate_proj", "up_proj"], "down_proj");

    /// <summary>The tensor of what quantised activations are multiplied with before, [H] in F32; an extension of ours.</summary>
    public string InputFactors => Name + ".input_factors";

    /// <summary>An expert's modules, fc1's first.</summary>
    public IEnumerable<string> Modules(int expert) => Fc1.Append(Fc2).Select(module => $"{Name}.{expert}.{module}");
}
