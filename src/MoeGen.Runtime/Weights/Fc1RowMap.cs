namespace MoeGen;

/// <summary>Where the gate row and the up row of output j lie in an expert's fc1; the one place that knows the layouts.</summary>
/// <param name="GateRowOffset">Gate row of output 0. In a plain layer, the row of output 0.</param>
/// <param name="GateRowStride">Rows from one gate row to the next.</param>
/// <param name="UpRowOffset">Up row of output 0; 0 in a plain layer.</param>
/// <param name="UpRowStride">Rows from one up row to the next; 0 in a plain layer.</param>
public readonly record struct Fc1RowMap(int GateRowOffset, int GateRowStride, int UpRowOffset, int UpRowStride)
{
    /// <summary>The addressing of <paramref name="fc1Layout"/>.</summary>
    /// <param name="fc1Layout">The row order; <see cref="Fc1Layout.None"/> is refused.</param>
    /// <param name="intermediateSize">I.</param>
    /// <exception cref="ArgumentOutOfRangeException">The layout is not stated or unknown.</exception>
    public static Fc1RowMap For(Fc1Layout fc1Layout, int intermediateSize) => fc1Layout switch
    {
        Fc1Layout.Plain => new(0, 1, 0, 0),
        Fc1Layout.GateUp => new(0, 1, intermediateSize, 1),
        Fc1Layout.UpGate => new(intermediateSize, 1, 0, 1),
        Fc1Layout.Interleaved => new(0, 2, 1, 2),
        _ => throw new ArgumentOutOfRangeException(
            nameof(fc1Layout),
            fc1Layout,
            $"fc1Layout is {fc1Layout}; allowed are Plain, GateUp, UpGate and Interleaved. The row order of fc1 is never guessed."),
    };

    /// <summary>fc1 row of the gate of output <paramref name="j"/>; in a plain layer, its only row.</summary>
    public int GateRow(int j) => GateRowOffset + (j * GateRowStride);

    /// <summary>fc1 row of the up half of output <paramref name="j"/>; only in a gated layer.</summary>
    public int UpRow(int j) => UpRowOffset + (j * UpRowStride);
}
