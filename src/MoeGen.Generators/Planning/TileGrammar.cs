using System.Globalization;
using MoeGen.Generators.Models;

namespace MoeGen.Generators.Planning;

/// <summary>The text form of a tile: <c>"MxN"</c> or <c>"MxNxK"</c>, numbers without sign, space or leading zero.</summary>
internal static class TileGrammar
{
    /// <summary>Depth of a stage where the text does not say it: 128 bytes, one full line of shared-memory banks a row.</summary>
    public static int DefaultK(Operands operands) => 128 / operands.Bytes;

    /// <summary>Reads a tile.</summary>
    /// <param name="text">The argument's value.</param>
    /// <param name="operands">What the tensor cores multiply.</param>
    /// <param name="tile">The tile, where the text is one.</param>
    /// <returns>Null, or what is wrong with the text.</returns>
    public static string? Parse(string text, Operands operands, out TileShape tile)
    {
        tile = default;
        string[] parts = text.Split('x');
        if (parts.Length is not (2 or 3))
        {
            return parts.Length == 1 ? "found no 'x' between numbers" : $"found {parts.Length} parts";
        }

        int[] numbers = [0, 0, DefaultK(operands)];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!IsNumber(parts[i]))
            {
                return parts[i].Length == 0 ? $"found nothing for {"MNK"[i]}" : $"found '{parts[i]}' for {"MNK"[i]}";
            }

            numbers[i] = int.Parse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture);
        }

        tile = new TileShape(numbers[0], numbers[1], numbers[2]);
        return null;
    }

    // Five digits are beyond every allowed value and within an int.
    private static bool IsNumber(string part) =>
        part.Length is > 0 and <= 5 && part[0] is >= '1' and <= '9' && part.All(c => c is >= '0' and <= '9');
}
