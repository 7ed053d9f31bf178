namespace MoeGen.Generators.Models;

/// <summary>A method <c>Gemm1</c> or <c>Gemm2</c> with a body in the user's half of a class.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Signature">Modifiers, return type, name and parameter types, full names without <c>global::</c>.</param>
internal sealed record GemmMethod(string Name, string Signature);
