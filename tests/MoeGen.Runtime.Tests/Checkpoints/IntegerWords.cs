namespace MoeGen.Tests;

/// <summary>Packs 4-bit codes into words by the definition of each format, a code at a time.</summary>
internal static class IntegerWords
{
    private static readonly int[] s_awqOrder = [0, 2, 4, 6, 1, 3, 5, 7];

    /// <summary>compressed-tensors: [rows, columns / per word], element j of a word at bit j * bits.</summary>
    public static int[] AlongRows(int[] codes, int rows, int columns, int bits)
    {
        int perWord = 32 / bits;
        var words = new int[rows * columns / perWord];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                words[(row * columns / perWord) + (column / perWord)] |= codes[(row * columns) + column] << (column % perWord * bits);
            }
        }

        return words;
    }

    /// <summary>compressed-tensors' zero points: [rows / 8, columns].</summary>
    public static int[] DownRows(int[] codes, int rows, int columns)
    {
        var words = new int[rows / 8 * columns];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                words[(row / 8 * columns) + column] |= codes[(row * columns) + column] << (row % 8 * 4);
            }
        }

        return words;
    }

    /// <summary>AWQ: [columns, rows / 8]; nibble i of a word is the word's row 0, 2, 4, 6, 1, 3, 5, 7 for i = 0, 1, ...</summary>
    public static int[] Awq(int[] codes, int rows, int columns)
    {
        var words = new int[columns * rows / 8];
        for (int column = 0; column < columns; column++)
        {
            for (int word = 0; word < rows / 8; word++)
            {
                for (int i = 0; i < 8; i++)
                {
                    words[(column * rows / 8) + word] |= codes[(((8 * word) + s_awqOrder[i]) * columns) + column] << (4 * i);
                }
            }
        }

        return words;
    }

    /// <summary>GPTQ's weights: [columns / 8, rows], eight columns a word in order.</summary>
    public static int[] Gptq(int[] codes, int rows, int columns)
    {
        var words = new int[columns / 8 * rows];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                words[(column / 8 * rows) + row] |= codes[(row * columns) + column] << (column % 8 * 4);
            }
        }

        return words;
    }

    /// <summary>GPTQ's zero points: [columns, rows / 8], eight rows a word in order.</summary>
    public static int[] GptqZeros(int[] codes, int rows, int columns)
    {
        var words = new int[columns * rows / 8];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                words[(column * rows / 8) + (row / 8)] |= codes[(row * columns) + column] << (row % 8 * 4);
            }
        }

        return words;
    }

    public static T[] Transposed<T>(T[] values, int rows, int columns) =>
        [.. Enumerable.Range(0, values.Length).Select(i => values[(i % rows * columns) + (i / rows)])];
}
