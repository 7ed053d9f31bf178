using System.Globalization;

namespace MoeGen.Property.Tests;

/// <summary>Values as C# expressions.</summary>
internal static class CSharp
{
    public static string Float(float value) => float.IsNaN(value) ? "float.NaN"
        : float.IsPositiveInfinity(value) ? "float.PositiveInfinity"
        : float.IsNegativeInfinity(value) ? "float.NegativeInfinity"
        : value.ToString("R", CultureInfo.InvariantCulture) + "f";

    public static string Int(int value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Array<T>(IEnumerable<T> values, Func<T, string> print) => $"[{string.Join(", ", values.Select(print))}]";
}
