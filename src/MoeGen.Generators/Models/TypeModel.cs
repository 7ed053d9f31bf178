using MoeGen.Generators.Helpers;

namespace MoeGen.Generators.Models;

/// <summary>The annotated class, in names.</summary>
/// <param name="Namespace">Its namespace; empty for the global one.</param>
/// <param name="Name">Its name, escaped where it is a keyword.</param>
/// <param name="FullName">Namespace, containing types and name, joined by dots.</param>
/// <param name="Containers">The types around it, outermost first.</param>
/// <param name="Form">What kind of declaration it is.</param>
/// <param name="BaseClass">The base class it already states; null where it states none.</param>
/// <param name="GemmMethods">Methods <c>Gemm1</c> and <c>Gemm2</c> with a body in its own half.</param>
/// <param name="TakenNames">Names of generated members that members of its own half have already.</param>
internal sealed record TypeModel(
    string Namespace, string Name, string FullName, EquatableArray<ContainerModel> Containers, ClassForm Form, string? BaseClass,
    EquatableArray<GemmMethod> GemmMethods = default, EquatableArray<string> TakenNames = default)
{
    /// <summary>Whether its own half has a method <c>Gemm1</c> or <c>Gemm2</c> with a body.</summary>
    public bool ImplementsGemm(int gemm) => GemmMethods.Any(method => method.Name == $"Gemm{gemm}");

    /// <summary>The name with which generated code speaks of the class.</summary>
    public string GlobalName =>
        "global::" + (Namespace.Length == 0 ? "" : Namespace + ".") + string.Concat(Containers.Select(c => c.Name + ".")) + Name;
}
