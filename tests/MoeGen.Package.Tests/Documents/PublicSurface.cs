using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MoeGen.Package.Tests.Harness;

namespace MoeGen.Package.Tests.Documents;

/// <summary>The public and protected surface of the run time, read from its sources: they say in which folder a type is.</summary>
internal sealed class PublicSurface
{
    private const string GlobalUsings = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading; global using System.Threading.Tasks;";
    private static readonly string Runtime = Repository.PathOf("src/MoeGen.Runtime");

    public PublicSurface()
    {
        CSharpParseOptions options = new(LanguageVersion.Latest, DocumentationMode.Parse);
        IEnumerable<SyntaxTree> trees = Directory.EnumerateFiles(Runtime, "*.cs", SearchOption.AllDirectories)
            .Where(file => FolderOf(file) is not ("bin" or "obj"))
            .Order(StringComparer.Ordinal)
            .Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), options, file))
            .Append(CSharpSyntaxTree.ParseText(GlobalUsings, options));
        IEnumerable<MetadataReference> references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        Compilation = CSharpCompilation.Create(
            "MoeGen.Runtime", trees, references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
        Folders = Types(Compilation.Assembly.GlobalNamespace)
            .GroupBy(type => FolderOf(type.Locations[0].SourceTree!.FilePath))
            .OrderBy(folder => folder.Key, StringComparer.Ordinal)
            .ToDictionary(folder => folder.Key, folder => folder.OrderBy(type => type.ToDisplayString(), StringComparer.Ordinal).ToArray());
    }

    public CSharpCompilation Compilation { get; }

    /// <summary>Types by the folder of <c>src/MoeGen.Runtime</c> that holds them; files of subfolders count to the folder.</summary>
    public IReadOnlyDictionary<string, INamedTypeSymbol[]> Folders { get; }

    /// <summary>What a user can call or override of a type, in the order of the sources; no nested types, nothing that the compiler adds.</summary>
    public static IEnumerable<ISymbol> Members(INamedTypeSymbol type) => type.GetMembers()
        .Where(member => IsVisible(member) && !member.IsImplicitlyDeclared && member is not INamedTypeSymbol
            && member is not IMethodSymbol { MethodKind: MethodKind.PropertyGet or MethodKind.PropertySet or MethodKind.StaticConstructor or MethodKind.Destructor }
            && !IsPositional(member));

    private static IEnumerable<INamedTypeSymbol> Types(INamespaceOrTypeSymbol container) => container.GetMembers().OfType<INamespaceOrTypeSymbol>()
        .SelectMany(member => member is INamedTypeSymbol type ? IsVisible(type) ? Types(type).Prepend(type) : [] : Types(member));

    private static bool IsVisible(ISymbol symbol) =>
        symbol.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal;

    /// <summary>A property that a positional record makes of a parameter: the record's own text tells it.</summary>
    private static bool IsPositional(ISymbol member) =>
        member is IPropertySymbol && member.DeclaringSyntaxReferences.Any(reference => reference.GetSyntax() is ParameterSyntax);

    private static string FolderOf(string file) => Path.GetRelativePath(Runtime, file).Split(Path.DirectorySeparatorChar)[0];
}
