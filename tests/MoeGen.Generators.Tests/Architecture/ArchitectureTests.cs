using System.Reflection;
using System.Text.RegularExpressions;
using MoeGen.Generators.Models;
using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests.Architecture;

/// <summary>Rules about the code itself.</summary>
public sealed class ArchitectureTests
{
    private static readonly Assembly Generator = typeof(MoeGenerator).Assembly;

    /// <summary>A symbol or a syntax tree in a model would keep whole compilations alive, and never compare equal.</summary>
    [Fact]
    public void No_model_holds_anything_of_Roslyn()
    {
        Type[] models = Types("MoeGen.Generators.Models").ToArray();
        Assert.Contains(typeof(MoeDeclaration), models);
        foreach (FieldInfo field in models.SelectMany(model => model.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)))
        {
            Assert.All(WithArguments(field.FieldType), type => Assert.False(
                type.Assembly.GetName().Name!.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal), $"{field.DeclaringType}.{field.Name} is a {type}"));
        }
    }

    [Fact]
    public void Every_model_compares_by_value() => Assert.All(
        Types("MoeGen.Generators.Models").Where(type => !type.IsEnum && !(type.IsAbstract && type.IsSealed)),
        type => Assert.True(typeof(IEquatable<>).MakeGenericType(type).IsAssignableFrom(type), $"{type} is no record"));

    [Theory]
    [InlineData("Models")]
    [InlineData("Validation")]
    [InlineData("Planning")]
    [InlineData("Emit")]
    [InlineData("Helpers")]
    public void Folder_is_free_of_Roslyn(string folder)
    {
        (string Path, string Text)[] files = Repository.Files(Path.Combine(Repository.Generator, folder), ".cs").ToArray();
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.False(file.Text.Contains("Microsoft.CodeAnalysis", StringComparison.Ordinal), file.Path));
    }

    [Fact]
    public void Assembly_language_is_in_the_primitives_only()
    {
        (string Path, string Text)[] templates = Repository.Files(Repository.Templates, ".cuh", ".cu").ToArray();
        Assert.Contains(templates, file => UsesAsm(file.Text));
        Assert.All(templates.Where(file => UsesAsm(file.Text)), file => Assert.StartsWith("primitives/", file.Path, StringComparison.Ordinal));

        static bool UsesAsm(string text) => Regex.IsMatch(Regex.Replace(text, "//[^\n]*", ""), @"\b(asm|__asm__)\b");
    }

    [Fact]
    public void MoeGenerator_is_wiring_only() => Assert.InRange(
        File.ReadAllLines(Path.Combine(Repository.Generator, "MoeGenerator.cs")).Length, 1, 120);

    [Fact]
    public void Files_are_short() => Assert.All(
        Repository.Files(Repository.Generator, ".cs").Where(file => !file.Path.StartsWith("obj/", StringComparison.Ordinal)),
        file => Assert.True(file.Text.Split('\n').Length <= 200, $"{file.Path} has more than 200 lines"));

    private static IEnumerable<Type> Types(string space) =>
        Generator.GetTypes().Where(type => type.Namespace == space && !type.Name.Contains('<', StringComparison.Ordinal));

    private static IEnumerable<Type> WithArguments(Type type) =>
        (type.HasElementType ? [type.GetElementType()!] : type.GetGenericArguments()).SelectMany(WithArguments).Prepend(type);
}
