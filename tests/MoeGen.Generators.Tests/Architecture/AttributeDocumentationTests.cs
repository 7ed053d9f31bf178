extern alias runtime;

using System.Text.RegularExpressions;
using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests.Architecture;

/// <summary>What an editor shows at an argument: a default, or that there is none, and an example that is right.</summary>
public sealed class AttributeDocumentationTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "src", "MoeGen.Runtime", "Config", "MoeConfigAttribute.cs"));

    public static TheoryData<string> Properties =>
        [.. typeof(runtime::MoeGen.MoeConfigAttribute).GetProperties().Where(property => property.CanWrite).Select(property => property.Name)];

    [Theory]
    [MemberData(nameof(Properties))]
    public void Every_property_says_its_default_and_has_an_example(string property)
    {
        string documentation = Regex.Match(Text, $@"((?:    ///[^\n]*\n)+)    public [\w?]+ {property} ").Groups[1].Value;
        Assert.Matches("Default:|Required:", documentation);
        string attribute = Regex.Match(documentation, "<example><code>(.*?)</code></example>").Groups[1].Value;
        Assert.Contains($"{property} = ", attribute, StringComparison.Ordinal);
        Assert.NotNull(DiagnosticAssert.Reports($"using MoeGen;\n{attribute} public partial class Layer;").Cuda);
    }
}
