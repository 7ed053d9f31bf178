namespace MoeGen.Property.Tests;

/// <summary>A token whose router logits are not as one would like them.</summary>
/// <param name="Token">Which.</param>
/// <param name="Trick">How.</param>
public sealed record BadLogits(int Token, LogitTrick Trick)
{
    /// <summary>The same as C#.</summary>
    public string Code => $"new({Token}, {nameof(LogitTrick)}.{Trick})";

    /// <summary>Puts them into the token's row.</summary>
    public void Apply(Span<float> row)
    {
        switch (Trick)
        {
            case LogitTrick.Ties: row.Fill(0.5f); break;
            case LogitTrick.SignedZeros: row[..(row.Length / 2)].Fill(-0f); row[(row.Length / 2)..].Clear(); break;
            case LogitTrick.OneNaN: row[row.Length / 2] = float.NaN; break;
            case LogitTrick.AllNaN: row.Fill(float.NaN); break;
            case LogitTrick.Infinity: row[^1] = float.PositiveInfinity; break;
            case LogitTrick.NegativeInfinity: row[0] = float.NegativeInfinity; break;
            case LogitTrick.AllNegativeInfinity: row.Fill(float.NegativeInfinity); break;
            default: row[0] = float.MaxValue; row[^1] = float.MinValue; break;
        }
    }
}
