using System.Globalization;

namespace MoeGen.Generators.Emit;

/// <summary>A finite float as a literal that means the same in C# and in CUDA.</summary>
internal static class FloatLiteral
{
    /// <summary>At least six digits, and as many as read back as the same value, for instance <c>1.702f</c>.</summary>
    public static string Of(float value)
    {
        // Nine digits always suffice. The format "R" would do, but loses digits in compilers that run on .NET Framework.
        string digits = Enumerable.Range(6, 4)
            .Select(count => value.ToString("G" + count.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture))
            .First(text => ReadsBack(text, value));
        return digits.IndexOfAny(['.', 'E']) < 0 ? digits + ".0f" : digits + "f";
    }

    private static bool ReadsBack(string text, float value) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float read) && read.Equals(value);
}
