namespace MoeGen.Generators.Models;

/// <summary>One annotated class as declared, without places in files: two equal declarations get equal code.</summary>
/// <param name="Type">The class.</param>
/// <param name="Settings">The attribute's arguments.</param>
internal sealed record MoeDeclaration(TypeModel Type, MoeSettings Settings);
