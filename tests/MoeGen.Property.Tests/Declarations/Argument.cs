namespace MoeGen.Property.Tests;

/// <summary>An argument of the attribute.</summary>
/// <param name="Name">Its property; empty where only <paramref name="Text"/> stands there.</param>
/// <param name="Text">Its value as C#.</param>
/// <param name="Value">What that means: int, also for enums, float or string; null where it means nothing.</param>
/// <param name="Compiles">Whether the compiler takes it.</param>
public sealed record Argument(string Name, string Text, object? Value, bool Compiles = true)
{
    /// <inheritdoc/>
    public override string ToString() => Name.Length == 0 ? Text : $"{Name} = {Text}";
}
