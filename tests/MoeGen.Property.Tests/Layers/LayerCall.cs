namespace MoeGen.Property.Tests;

/// <summary>One call of a layer: sizes, what the weights have beside themselves, and where tokens go.</summary>
/// <param name="Tokens">T.</param>
/// <param name="Experts">E, experts of the layer.</param>
/// <param name="TopK">K.</param>
/// <param name="Hidden">H.</param>
/// <param name="Intermediate">I.</param>
/// <param name="Layout">Row order of fc1.</param>
/// <param name="Seed">Of weights, input and clean logits.</param>
public sealed record LayerCall(int Tokens, int Experts, int TopK, int Hidden, int Intermediate, Fc1Layout Layout, int Seed)
{
    /// <summary>Whether fc1 has biases.</summary>
    public bool Fc1Biases { get; init; }

    /// <summary>Whether fc2 has biases.</summary>
    public bool Fc2Biases { get; init; }

    /// <summary>Whether each expert has its own alpha and beta.</summary>
    public bool OwnAlphaBeta { get; init; }

    /// <summary>Whether each expert has its own limit.</summary>
    public bool OwnLimit { get; init; }

    /// <summary>Experts of all devices, where the layer's are a range of them; 0 for none.</summary>
    public int GlobalExperts { get; init; }

    /// <summary>Global id of the range's first.</summary>
    public int FirstExpert { get; init; }

    /// <summary>Local id of each global one, where the layer's experts are no range; empty for none.</summary>
    public int[] Map { get; init; } = [];

    /// <summary>Expert ids [T, K]; empty in a layer that routes.</summary>
    public int[] Ids { get; init; } = [];

    /// <summary>Scales [T, K]; empty for none.</summary>
    public float[] Scales { get; init; } = [];

    /// <summary>What is no number in the input.</summary>
    public BadInput[] BadInputs { get; init; } = [];

    /// <summary>Tokens with bad logits.</summary>
    public BadLogits[] BadLogits { get; init; } = [];

    /// <summary>Width of router logits.</summary>
    public int NumGlobal => Map.Length > 0 ? Map.Length : GlobalExperts > 0 ? GlobalExperts : Experts;

    /// <summary>The same as a C# expression.</summary>
    public string Code => $$"""
        new({{Tokens}}, {{Experts}}, {{TopK}}, {{Hidden}}, {{Intermediate}}, Fc1Layout.{{Layout}}, {{Seed}})
            {
                Fc1Biases = {{Bool(Fc1Biases)}}, Fc2Biases = {{Bool(Fc2Biases)}}, OwnAlphaBeta = {{Bool(OwnAlphaBeta)}}, OwnLimit = {{Bool(OwnLimit)}},
                GlobalExperts = {{GlobalExperts}}, FirstExpert = {{FirstExpert}}, Map = {{CSharp.Array(Map, CSharp.Int)}},
                Ids = {{CSharp.Array(Ids, CSharp.Int)}},
                Scales = {{CSharp.Array(Scales, CSharp.Float)}},
                BadInputs = {{CSharp.Array(BadInputs, bad => bad.Code)}}, BadLogits = {{CSharp.Array(BadLogits, bad => bad.Code)}},
            }
        """;

    private static string Bool(bool value) => value ? "true" : "false";
}
