using System.Globalization;

namespace MoeGen;

/// <summary>How far an output of a <see cref="MoeGen.Dtype"/> may be from the double-precision reference.</summary>
public sealed class NumericContract
{
    private readonly string _name;

    private NumericContract(Dtype dtype, double bound, string name)
    {
        _name = name;
        Dtype = dtype;
        Bound = bound;
    }

    /// <summary>The output's element type.</summary>
    public Dtype Dtype { get; }

    /// <summary>Largest relative L2 error of the whole output: BF16 3.5e-3, FP16 5e-4, FP32 2e-6; with quantised activations 1e-3 for the last two.</summary>
    public double Bound { get; }

    /// <summary>The contract of an element type.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dtype"/> is <see cref="Dtype.None"/> or unknown.</exception>
    public static NumericContract For(Dtype dtype) => dtype switch
    {
        Dtype.BF16 => new(dtype, 3.5e-3, "BF16"),
        Dtype.FP16 => new(dtype, 5e-4, "FP16"),
        Dtype.FP32 => new(dtype, 2e-6, "FP32"),
        _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, $"dtype is {dtype}; allowed are BF16, FP16 and FP32."),
    };

    /// <summary>
    /// The contract of a layer with quantised activations, against the same-quantised reference (<see cref="QuantizedMoeWeights{T}"/>): 1e-3, since
    /// a code may round the other way where a value before it differs by an accumulation error; BF16 has its own bound, which is wider.
    /// </summary>
    /// <param name="dtype">The output's element type.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="dtype"/> is <see cref="Dtype.None"/> or unknown.</exception>
    public static NumericContract ForQuantizedActivations(Dtype dtype)
    {
        NumericContract plain = For(dtype);
        return new NumericContract(dtype, Math.Max(1e-3, plain.Bound), $"INT8 to {dtype}");
    }

    /// <summary>Largest relative L2 error of one token.</summary>
    /// <param name="idealRoundingError">Error of ideally rounding that token at the same points; 0 where unknown.</param>
    /// <returns>The larger of 2 x <see cref="Bound"/> and 1.2 x <paramref name="idealRoundingError"/>.</returns>
    public double TokenLimit(double idealRoundingError) => Math.Max(2 * Bound, 1.2 * idealRoundingError);

    /// <summary>Judges an output. NaN never passes, nor does a row that is zero in the reference and not zero in the output.</summary>
    /// <typeparam name="T"><see cref="BFloat16"/>, <see cref="Half"/>, <see cref="float"/> or <see cref="double"/>.</typeparam>
    /// <param name="actual">The output to judge, [T, H].</param>
    /// <param name="expected">The reference in double precision, [T, H].</param>
    /// <param name="hiddenSize">H.</param>
    /// <param name="ideallyRounded">
    /// The reference with ideal rounding at the points where the output's values were rounded, [T, H] (<see cref="ManagedMoe.ForwardDouble"/> with
    /// <see cref="ManagedOptions.Rounding"/>); empty where unknown, which leaves 2 x <see cref="Bound"/> for each token.
    /// </param>
    /// <param name="allowNonFiniteRows">
    /// Whether the reference may hold rows with NaN or infinity. Such a row must hold NaN or infinity in the output too and counts in no error.
    /// </param>
    /// <exception cref="ArgumentException">The lengths differ or are no multiple of H.</exception>
    public ContractVerdict Check<T>(
        ReadOnlySpan<T> actual,
        ReadOnlySpan<double> expected,
        int hiddenSize,
        ReadOnlySpan<double> ideallyRounded = default,
        bool allowNonFiniteRows = false)
        where T : unmanaged
    {
        MoeError.CheckLengths(actual.Length, expected.Length);
        MoeError.CheckRows(expected.Length, hiddenSize);
        if (!ideallyRounded.IsEmpty)
        {
            MoeError.CheckLengths(ideallyRounded.Length, expected.Length);
        }

        var whole = default(MoeError.Sums);
        int tokens = expected.Length / hiddenSize;
        int failed = 0;
        (int Token, double Error, double Limit) worst = (-1, 0, TokenLimit(0));
        for (int token = 0; token < tokens; token++)
        {
            ReadOnlySpan<T> row = actual.Slice(token * hiddenSize, hiddenSize);
            ReadOnlySpan<double> reference = expected.Slice(token * hiddenSize, hiddenSize);
            double error;
            double limit = TokenLimit(0);
            if (allowNonFiniteRows && !IsFinite(reference))
            {
                error = IsFinite(row) ? double.PositiveInfinity : 0;
            }
            else
            {
                error = MoeError.RelativeL2(row, reference);
                if (!ideallyRounded.IsEmpty)
                {
                    double ideal = MoeError.RelativeL2(ideallyRounded.Slice(token * hiddenSize, hiddenSize), reference);
                    limit = double.IsFinite(ideal) ? TokenLimit(ideal) : limit;
                }

                whole.Add(row, reference);
            }

            failed += error <= limit ? 0 : 1;
            if (worst.Token < 0 || Rank(error, limit) > Rank(worst.Error, worst.Limit))
            {
                worst = (token, error, limit);
            }
        }

        double relative = whole.RelativeL2;
        bool passed = relative <= Bound && failed == 0;
        string message = string.Create(
            CultureInfo.InvariantCulture,
            $"{_name} {(passed ? "passed" : "FAILED")}: relative L2 {relative:G3} of the whole (allowed {Bound:G3}); worst of {tokens} tokens is {worst.Token} with {worst.Error:G3} (allowed {worst.Limit:G3}); {failed} tokens beyond their limit.");
        return new ContractVerdict(passed, relative, worst.Token, worst.Error, worst.Limit, message);
    }

    private static double Rank(double error, double limit) => double.IsNaN(error) ? double.PositiveInfinity : error / limit;

    private static bool IsFinite<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        foreach (T value in values)
        {
            if (!double.IsFinite(ElementConversion.ToDouble(value)))
            {
                return false;
            }
        }

        return true;
    }
}
