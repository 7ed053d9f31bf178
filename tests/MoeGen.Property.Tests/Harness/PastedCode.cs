using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace MoeGen.Property.Tests;

/// <summary>Pastes a printed test into a class, compiles it against this project and runs it.</summary>
internal static class PastedCode
{
    /// <summary>The test in a message.</summary>
    public static string Find(string message)
    {
        int begin = message.IndexOf("[Fact]", StringComparison.Ordinal);
        int end = message.IndexOf(");\n", Math.Max(begin, 0), StringComparison.Ordinal);
        Assert.True(begin >= 0 && end > begin, "No test is printed:\n" + message);
        return message[begin..(end + 2)];
    }

    /// <summary>Runs it; throws what it throws.</summary>
    public static void Run(string test)
    {
        string source = $"using System;\nusing MoeGen;\nusing Xunit;\nnamespace MoeGen.Property.Tests;\npublic sealed class Pasted\n{{\n{test}\n}}\n";
        string assemblies = (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!;
        var compilation = CSharpCompilation.Create(
            "Pasted",
            [CSharpSyntaxTree.ParseText(source, cancellationToken: TestContext.Current.CancellationToken)],
            assemblies.Split(Path.PathSeparator)
                .Where(path => Path.GetFileName(path) != "MoeGen.Generators.dll")
                .Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using var image = new MemoryStream();
        EmitResult result = compilation.Emit(image, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(result.Success, $"{string.Join('\n', result.Diagnostics)}\n{source}");
        image.Position = 0;
        var context = new AssemblyLoadContext("pasted test", isCollectible: true);
        Type type = context.LoadFromStream(image).GetType("MoeGen.Property.Tests.Pasted")!;
        type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Single()
            .Invoke(Activator.CreateInstance(type), BindingFlags.DoNotWrapExceptions, null, null, null);
        context.Unload();
    }
}
