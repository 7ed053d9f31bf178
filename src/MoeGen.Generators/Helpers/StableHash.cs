using System.Globalization;
using System.Text;

namespace MoeGen.Generators.Helpers;

/// <summary>A hash that is the same in every process, unlike <see cref="string.GetHashCode()"/>.</summary>
internal static class StableHash
{
    /// <summary>32-bit FNV-1a of the UTF-8 bytes, as eight lower-case hexadecimal digits.</summary>
    public static string Of(string text)
    {
        uint hash = 2166136261;
        foreach (byte value in Encoding.UTF8.GetBytes(text))
        {
            hash = unchecked((hash ^ value) * 16777619);
        }

        return hash.ToString("x8", CultureInfo.InvariantCulture);
    }
}
