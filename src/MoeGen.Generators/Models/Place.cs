namespace MoeGen.Generators.Models;

/// <summary>What a message can point at: an argument of the attribute or a member of the class by its own name, or one of these.</summary>
internal static class Place
{
    /// <summary>The whole attribute.</summary>
    public const string Attribute = "";

    /// <summary>The attribute's name, without its arguments.</summary>
    public const string AttributeName = "attribute";

    /// <summary>The class's name.</summary>
    public const string ClassName = "class";

    /// <summary>The base class in the class's base list.</summary>
    public const string BaseClass = "base";
}
