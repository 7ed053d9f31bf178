namespace MoeGen.Property.Tests;

/// <summary>A value that is no number, in one element of the input.</summary>
/// <param name="Token">Its token.</param>
/// <param name="Column">Its place in the token's row.</param>
/// <param name="Value">NaN or an infinity.</param>
public sealed record BadInput(int Token, int Column, float Value)
{
    /// <summary>The same as C#.</summary>
    public string Code => $"new({Token}, {Column}, {CSharp.Float(Value)})";
}
