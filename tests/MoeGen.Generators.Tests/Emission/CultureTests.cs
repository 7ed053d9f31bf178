using System.Globalization;
using MoeGen.Generators.Emit;
using MoeGen.Generators.Models;
using MoeGen.Generators.Planning;
using MoeGen.Generators.Tests.Harness;
using MoeGen.Generators.Validation;

namespace MoeGen.Generators.Tests.Emission;

/// <summary>
/// The same text on every machine. The tests run without the data of cultures, under which all cultures look alike; so these
/// make the cultures themselves, with what has broken generators: decimal commas, other minus signs, other digits.
/// </summary>
public sealed class CultureTests
{
    public static TheoryData<string> Cultures => ["tr-TR", "de-DE", "fa-IR"];

    [Theory]
    [MemberData(nameof(Cultures))]
    public void Text_does_not_depend_on_the_culture(string name)
    {
        string invariant = Texts();
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = Make(name);

            // The culture counts: what formats numbers without stating one gives something else here.
            Assert.NotEqual("-1.5", (-1.5f).ToString(CultureInfo.CurrentCulture));
            Assert.Equal(invariant, Texts());
        }
        finally
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = before;
        }
    }

    /// <summary>Turkish has an i of its own; nothing may change case by the culture's rules.</summary>
    [Fact]
    public void No_code_changes_case_by_culture() => Assert.All(
        Repository.Files(Repository.Generator, ".cs").Where(file => !file.Path.StartsWith("obj/", StringComparison.Ordinal)),
        file => Assert.DoesNotMatch(@"\.To(Upper|Lower)\(|StringComparison\.CurrentCulture|char\.To(Upper|Lower)\(", file.Text));

    // What a user sees: files, and messages of wrong configurations with every kind of number.
    private static string Texts()
    {
        MoeSettings[] right =
        [
            new(Dtype.BF16, Activation.SwigluOai, SwigluAlpha: 1234567.5f, SwigluBeta: -2.25f, SwigluLimit: 1e-10f, NumExperts: 1000, HiddenSize: 131072),
            new(Dtype.FP16, Activation.Identity, Tile: "128x256x64", Stages: 2, Routing: RoutingMethod.SoftmaxTopKRenormalized),
        ];
        MoeSettings[] wrong =
        [
            new(Dtype.BF16, Activation.SwigluOai, SwigluAlpha: float.NegativeInfinity, SwigluLimit: -1.5f, NumExperts: -1, TopK: -7, HiddenSize: -12345678),
            new((Dtype)(-5), Tile: "-64x1000", Stages: -3),
            new(Dtype.BF16, Tile: "256x128x128", Stages: 8),
        ];
        return string.Join("\n", right.Concat(wrong).Select(settings => FileEmitter.Emit(Samples.Model(settings))).Select(files => $"{files.HintName}\n{files.Surface}\n{files.Cuda}")) +
            string.Join("\n", wrong.SelectMany(settings => MoeRules.Check(Declare(settings))).Select(issue => $"{issue.Id}: {string.Join("; ", issue.Arguments)}"));
    }

    private static MoeDeclaration Declare(MoeSettings settings) => new(Samples.Model(settings).Type, settings);

    private static CultureInfo Make(string name)
    {
        CultureInfo culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat = name switch
        {
            "fa-IR" => new NumberFormatInfo
            {
                NumberDecimalSeparator = "٫", NumberGroupSeparator = "٬", NegativeSign = "\u200e\u2212", NegativeInfinitySymbol = "\u2212∞", NaNSymbol = "ناعدد",
                NativeDigits = ["۰", "۱", "۲", "۳", "۴", "۵", "۶", "۷", "۸", "۹"], DigitSubstitution = DigitShapes.NativeNational,
            },
            "tr-TR" => new NumberFormatInfo { NumberDecimalSeparator = ",", NumberGroupSeparator = ".", NegativeInfinitySymbol = "-∞" },
            _ => new NumberFormatInfo { NumberDecimalSeparator = ",", NumberGroupSeparator = ".", NegativeSign = "−", NegativeInfinitySymbol = "−∞" },
        };
        return culture;
    }
}
