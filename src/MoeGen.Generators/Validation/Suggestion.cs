namespace MoeGen.Generators.Validation;

/// <summary>What would put an issue right.</summary>
/// <param name="Name">The argument, or the method, to change.</param>
/// <param name="Value">C# text: the argument's value, or the element type of the method's signature.</param>
internal sealed record Suggestion(string Name, string Value);
