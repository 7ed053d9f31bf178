namespace MoeGen.Generators.Models;

/// <summary>What a message can point at: an argument of the attribute by its own name, or one of these.</summary>
internal static class Place
{
    /// <summary>The whole attribute.</summary>
    public const string Attribute = "";

    /// <summary>The class's name.</summary>
    public const string ClassName = "class";

    /// <summary>The base class in the class's base list.</summary>
    public const string BaseClass = "base";
}
