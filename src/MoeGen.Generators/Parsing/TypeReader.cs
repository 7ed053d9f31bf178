using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MoeGen.Generators.Helpers;
using MoeGen.Generators.Models;
using MoeGen.Generators.Validation;

namespace MoeGen.Generators.Parsing;

/// <summary>From the type's symbol to <see cref="TypeModel"/>.</summary>
internal static class TypeReader
{
    // Keywords as names are escaped; type parameters are kept, so that a message can show them.
    private static readonly SymbolDisplayFormat NameOnly = new(
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers);

    private static readonly SymbolDisplayFormat Qualified = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers);

    private static readonly SymbolDisplayFormat FullNameFormat = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces);

    /// <summary>Reads the type and the types around it.</summary>
    public static TypeModel Read(INamedTypeSymbol type, TypeDeclarationSyntax declaration, CancellationToken cancellation) => new(
        type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString(Qualified),
        type.ToDisplayString(NameOnly),
        type.ToDisplayString(FullNameFormat),
        new EquatableArray<ContainerModel>(Containers(type, cancellation)),
        FormOf(type, declaration, cancellation),
        // The generated half is there only where the author's states no base class.
        type is { TypeKind: TypeKind.Class, BaseType: { SpecialType: not SpecialType.System_Object } baseType } && !OwnParts.HasGeneratedHalf(type)
            ? baseType.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)
            : null,
        new EquatableArray<GemmMethod>(GemmMethodReader.Read(type, cancellation)),
        new EquatableArray<string>(GeneratedMembers.All.Where(name => OwnParts.MembersInTheWay(type, name).Any())));

    private static Stack<ContainerModel> Containers(INamedTypeSymbol type, CancellationToken cancellation)
    {
        Stack<ContainerModel> containers = new();
        for (INamedTypeSymbol? outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            containers.Push(new ContainerModel(Keywords(outer), outer.ToDisplayString(NameOnly), IsPartial(outer, cancellation)));
        }

        return containers;
    }

    private static ClassForm FormOf(INamedTypeSymbol type, TypeDeclarationSyntax declaration, CancellationToken cancellation)
    {
        ClassForm form = ClassForm.Plain;
        Add(ClassForm.Partial, declaration.Modifiers.Any(SyntaxKind.PartialKeyword));
        Add(ClassForm.Static, type.IsStatic);
        Add(ClassForm.Struct, type.IsValueType);
        Add(ClassForm.Record, type.IsRecord && !type.IsValueType);
        Add(ClassForm.Interface, type.TypeKind == TypeKind.Interface);
        Add(ClassForm.PrimaryConstructor, !type.IsRecord && OwnParts.Of(type, cancellation).Any(d => d.ParameterList is not null));
        for (INamedTypeSymbol? outer = type; outer is not null; outer = outer.ContainingType)
        {
            Add(ClassForm.Generic, outer.Arity > 0);
            Add(ClassForm.FileLocal, outer.IsFileLocal);
        }

        return form;

        void Add(ClassForm flag, bool applies) => form |= applies ? flag : ClassForm.Plain;
    }

    private static string Keywords(INamedTypeSymbol type) => type switch
    {
        { IsRecord: true, IsValueType: true } => "record struct",
        { IsRecord: true } => "record",
        { IsValueType: true } => "struct",
        { TypeKind: TypeKind.Interface } => "interface",
        _ => "class",
    };

    private static bool IsPartial(INamedTypeSymbol type, CancellationToken cancellation) =>
        OwnParts.Of(type, cancellation).All(declaration => declaration.Modifiers.Any(SyntaxKind.PartialKeyword));
}
