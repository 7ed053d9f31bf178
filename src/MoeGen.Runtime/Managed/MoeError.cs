namespace MoeGen;

/// <summary>Error measures of a layer's output against a reference.</summary>
public static class MoeError
{
    /// <summary>|actual - expected| / |expected| over all elements, in the 2-norm.</summary>
    /// <typeparam name="T"><see cref="BFloat16"/>, <see cref="Half"/>, <see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="actual">The output to judge.</param>
    /// <param name="expected">The reference, of the same length.</param>
    /// <returns>NaN where a NaN or an infinity takes part; +infinity where the reference is all zero and the output is not; 0 for no elements.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double RelativeL2<T>(ReadOnlySpan<T> actual, ReadOnlySpan<double> expected)
        where T : unmanaged
    {
        CheckLengths(actual.Length, expected.Length);
        var sums = default(Sums);
        sums.Add(actual, expected);
        return sums.RelativeL2;
    }

    /// <summary>The largest relative L2 error of a single token. A row that is zero in the reference must be zero.</summary>
    /// <typeparam name="T"><see cref="BFloat16"/>, <see cref="Half"/>, <see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="actual">The output to judge, [T, H].</param>
    /// <param name="expected">The reference, [T, H].</param>
    /// <param name="hiddenSize">H.</param>
    /// <returns>NaN where any row's error is NaN; +infinity where a row that must be zero is not.</returns>
    /// <exception cref="ArgumentException">The lengths differ or are no multiple of H.</exception>
    public static double WorstTokenRelativeL2<T>(ReadOnlySpan<T> actual, ReadOnlySpan<double> expected, int hiddenSize)
        where T : unmanaged
    {
        CheckLengths(actual.Length, expected.Length);
        CheckRows(expected.Length, hiddenSize);
        double worst = 0;
        for (int i = 0; i < expected.Length; i += hiddenSize)
        {
            // Math.Max keeps NaN.
            worst = Math.Max(worst, RelativeL2(actual.Slice(i, hiddenSize), expected.Slice(i, hiddenSize)));
        }

        return worst;
    }

    internal static void CheckLengths(int actual, int expected)
    {
        if (actual != expected)
        {
            throw new ArgumentException($"actual has {actual} elements; required are {expected}, as many as expected has.", nameof(actual));
        }
    }

    internal static void CheckRows(int length, int hiddenSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hiddenSize, 1);
        if (length % hiddenSize != 0)
        {
            throw new ArgumentException($"expected has {length} elements; required is a multiple of hiddenSize {hiddenSize} ([T, H]).", nameof(hiddenSize));
        }
    }

    /// <summary>Squared norms, summed over rows.</summary>
    internal struct Sums
    {
        private double _difference;
        private double _reference;

        public readonly double RelativeL2 => _difference == 0 && double.IsFinite(_reference) ? 0 : Math.Sqrt(_difference / _reference);

        public void Add<T>(ReadOnlySpan<T> actual, ReadOnlySpan<double> expected)
            where T : unmanaged
        {
            for (int i = 0; i < expected.Length; i++)
            {
                double difference = ElementConversion.ToDouble(actual[i]) - expected[i];
                _difference += difference * difference;
                _reference += expected[i] * expected[i];
            }
        }
    }
}
