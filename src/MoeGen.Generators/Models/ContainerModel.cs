namespace MoeGen.Generators.Models;

/// <summary>A type around the annotated class.</summary>
/// <param name="Keywords">What stands before the name in a partial declaration, for instance <c>record struct</c>.</param>
/// <param name="Name">Name, escaped where it is a keyword.</param>
/// <param name="IsPartial">Whether every declaration of it is partial, so that the generated half can be inside it.</param>
internal sealed record ContainerModel(string Keywords, string Name, bool IsPartial);
