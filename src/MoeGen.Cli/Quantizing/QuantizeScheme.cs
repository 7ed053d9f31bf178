namespace MoeGen.Cli.Quantizing;

/// <summary>Bits of weights and activations.</summary>
internal enum QuantizeScheme
{
    /// <summary>8-bit weights with a scale for each row, 8-bit activations.</summary>
    W8A8,

    /// <summary>8-bit weights with a scale for each row; activations stay as they are.</summary>
    W8A16,

    /// <summary>4-bit weights with a scale for each group; activations stay as they are.</summary>
    W4A16,
}
