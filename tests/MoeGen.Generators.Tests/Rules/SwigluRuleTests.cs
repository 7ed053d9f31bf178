namespace MoeGen.Generators.Tests.Rules;

/// <summary>Constants of the activation: finite, positive where they bound, and stated only where the formula has them.</summary>
public sealed class SwigluRuleTests
{
    private const string NotFinite = "allowed are finite numbers, because a constant that is not finite makes every output NaN or drops a term of the formula";

    private const string NoLimit =
        "allowed are finite numbers greater than 0, because values are clamped between -limit and limit, and a clamp that never acts is another activation";

    [Theory]
    [InlineData("SwigluAlpha", "float.NaN", "NaN")]
    [InlineData("SwigluAlpha", "float.PositiveInfinity", "Infinity")]
    [InlineData("SwigluBeta", "float.NegativeInfinity", "-Infinity")]
    public void Not_finite(string name, string value, string found) => Reports("SwigluOai", $"{{|MOE017:{name} = {value}|}}", $"{name} is {found}; {NotFinite}");

    [Theory]
    [InlineData("SwigluOai", "float.NaN", "NaN")]
    [InlineData("SwigluOai", "0", "0")]
    [InlineData("SwigluStep", "-1.5f", "-1.5")]
    [InlineData("SwigluStep", "float.PositiveInfinity", "Infinity")]
    public void Limit_not_positive(string activation, string value, string found) =>
        Reports(activation, $"{{|MOE017:SwigluLimit = {value}|}}", $"SwigluLimit is {found}; {NoLimit}");

    [Theory]
    [InlineData("SwigluOai", "SwigluAlpha = -2, SwigluBeta = 0, SwigluLimit = 0.5f")]
    [InlineData("SwigluStep", "SwigluLimit = 7")]
    public void Allowed(string activation, string constants) => Reports(activation, constants);

    [Fact]
    public void Alpha_and_beta_have_no_effect_elsewhere() => Reports(
        "SwigluStep", "{|MOE012:SwigluAlpha = 1.702f|}, {|MOE012:SwigluBeta = float.NaN|}",
        "SwigluAlpha has no effect with Activation SwigluStep, whose formula has no alpha; leave SwigluAlpha out, or state Activation SwigluOai",
        "SwigluBeta has no effect with Activation SwigluStep, whose formula has no beta; leave SwigluBeta out, or state Activation SwigluOai");

    [Fact]
    public void Limit_has_no_effect_elsewhere() => Reports(
        "Gelu", "{|MOE012:SwigluLimit = -1|}",
        "SwigluLimit has no effect with Activation Gelu, whose formula has no limit; leave SwigluLimit out, or state Activation SwigluOai or SwigluStep");

    [Fact]
    public void The_default_activation_has_no_constants() => ArgumentRuleTests.Reports(
        "[MoeConfig(Dtype = Dtype.FP32, {|MOE012:SwigluAlpha = 1|})]",
        "SwigluAlpha has no effect with Activation Swiglu, whose formula has no alpha; leave SwigluAlpha out, or state Activation SwigluOai");

    [Fact]
    public void Of_an_undefined_activation_only_that_is_reported() => ArgumentRuleTests.Reports(
        "[MoeConfig(Dtype = Dtype.BF16, {|MOE002:Activation = (Activation)99|}, SwigluAlpha = 1, SwigluLimit = -1)]",
        "Activation is 99, which has no implementation; state one of Swiglu, Silu, Gelu, Relu, Geglu, GegluTanh, SwigluOai, SwigluStep, GeluTanh, Relu2, Identity");

    [Fact]
    public void A_constant_of_a_wrong_type_is_the_compilers_alone() => Reports(
        "SwigluOai", "SwigluAlpha = {|CS0664:1.702|}",
        "Literal of type double cannot be implicitly converted to type 'float'; use an 'F' suffix to create a literal of this type");

    private static void Reports(string activation, string constants, params string[] messages) =>
        ArgumentRuleTests.Reports($"[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.{activation}, {constants})]", messages);
}
