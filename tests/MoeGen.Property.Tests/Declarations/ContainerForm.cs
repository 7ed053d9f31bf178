namespace MoeGen.Property.Tests;

/// <summary>A type around the annotated one.</summary>
/// <param name="Modifiers">What stands before <c>partial</c>.</param>
/// <param name="IsPartial">Whether it is partial.</param>
/// <param name="Keyword">What it is, for instance <c>record struct</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="IsGeneric">Whether it has a type parameter.</param>
public sealed record ContainerForm(string Modifiers, bool IsPartial, string Keyword, string Name, bool IsGeneric)
{
    /// <summary>What stands before its members.</summary>
    public string Head => $"{Modifiers} {(IsPartial ? "partial " : "")}{Keyword} {Name}{(IsGeneric ? "<TOuter>" : "")}".TrimStart();
}
