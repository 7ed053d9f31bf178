using System.Globalization;
using CsCheck;
using Microsoft.CodeAnalysis.CSharp;

namespace MoeGen.Property.Tests;

/// <summary>Arguments with a given value, in the many ways in which C# can write it.</summary>
internal static class ArgumentGen
{
    public static Gen<Argument> Enum<T>(string name, Gen<T> values)
        where T : struct, Enum =>
        Gen.Select(values, Gen.Int[0, 2], (value, form) =>
        {
            (string type, int number) = (typeof(T).Name, Convert.ToInt32(value, CultureInfo.InvariantCulture));
            string text = form switch
            {
                0 when System.Enum.IsDefined(value) => $"{type}.{value}",
                1 when System.Enum.IsDefined(value) => $"global::MoeGen.{type}.{value}",
                _ => string.Create(CultureInfo.InvariantCulture, $"({type})({number})"),
            };
            return new Argument(name, text, number);
        });

    public static Gen<Argument> Int(string name, Gen<int> values) => Gen.Select(values, Gen.Int[0, 3], (value, form) => new Argument(
        name,
        form switch
        {
            1 when value >= 0 => $"0x{value:x}",
            2 when value is > int.MinValue and < int.MaxValue => string.Create(CultureInfo.InvariantCulture, $"{value + 1} - 1"),
            3 => string.Create(CultureInfo.InvariantCulture, $"(short)1 * ({value})"),
            _ => value.ToString(CultureInfo.InvariantCulture),
        },
        value));

    public static Gen<Argument> Float(string name, Gen<float> values) => Gen.Select(values, Gen.Int[0, 1], (value, form) => new Argument(
        name,
        float.IsNaN(value) ? (form == 0 ? "float.NaN" : "0f / 0f")
            : float.IsInfinity(value) ? (value > 0 ? "float.PositiveInfinity" : "-1f / 0f")
            : form == 1 && value == (int)value && !float.IsNegative(value) ? ((int)value).ToString(CultureInfo.InvariantCulture)
            : value.ToString("R", CultureInfo.InvariantCulture) + "f",
        value));

    public static Gen<Argument> Text(string name, Gen<string> values) => Gen.Select(values, Gen.Int[0, 2], (value, form) => new Argument(
        name,
        form switch
        {
            1 when value.Length > 1 => $"{Literal(value[..1])} + {Literal(value[1..])}",
            2 => "@\"" + value.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"",
            _ => Literal(value),
        },
        value));

    /// <summary>An argument that is stated in one of <paramref name="outOf"/> cases.</summary>
    public static Gen<Argument?> Maybe(Gen<Argument> argument, int outOf) =>
        Gen.Frequency<Argument?>((outOf - 1, Gen.Const(default(Argument))), (1, argument!));

    private static string Literal(string value) => SymbolDisplay.FormatLiteral(value, quote: true);
}
