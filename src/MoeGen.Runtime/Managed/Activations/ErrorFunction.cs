namespace MoeGen;

/// <summary>The error function in double precision, accurate to a few units in the last place.</summary>
internal static class ErrorFunction
{
    private const double TwoOverSqrtPi = 1.1283791670955125739;

    // Step of the trapezoidal sum; its error, exp(-(pi / Step)^2) = 7e-18, lies below double's precision.
    private const double Step = 0.5;

    // exp(-(n Step)^2) for n = 1..13; the next one is below 1e-21.
    private static readonly double[] s_nodeWeights = CreateNodeWeights();

    /// <summary>erf(x).</summary>
    public static double Erf(double x)
    {
        double magnitude = Math.Abs(x);
        if (magnitude < 0.5)
        {
            return Series(x);
        }

        double erf = 1 - ErfcPositive(magnitude);
        return x < 0 ? -erf : erf;
    }

    /// <summary>erfc(x) = 1 - erf(x), with full relative precision for large x.</summary>
    public static double Erfc(double x)
    {
        if (Math.Abs(x) < 0.5)
        {
            return 1 - Series(x);
        }

        return x < 0 ? 2 - ErfcPositive(-x) : ErfcPositive(x);
    }

    /// <summary>2/sqrt(pi) sum of (-1)^n x^(2n+1) / (n! (2n+1)); |x| below 0.5, where the first term dominates.</summary>
    private static double Series(double x)
    {
        double square = x * x;
        double power = 1;
        double sum = 0;
        for (int n = 1; n <= 14; n++)
        {
            power *= -square / n;
            sum += power / ((2 * n) + 1);
        }

        return TwoOverSqrtPi * (x + (x * sum));
    }

    /// <summary>
    /// erfc(x) = 2x/pi exp(-x^2) times the integral over t of exp(-t^2) / (t^2 + x^2), t from 0 up. The trapezoidal rule is exact to
    /// double precision once the pole at t = ix is taken out: 2 / (exp(2 pi x / Step) - 1).
    /// </summary>
    private static double ErfcPositive(double x)
    {
        // exp(-x^2) underflows past 27.3; infinity would give 0 * infinity below.
        if (x > 28)
        {
            return 0;
        }

        double square = x * x;
        double sum = 0.5 / square;
        for (int n = s_nodeWeights.Length; n >= 1; n--)
        {
            double node = n * Step;
            sum += s_nodeWeights[n - 1] / ((node * node) + square);
        }

        // x^2 was rounded; its lost digits matter in the exponent.
        double lost = Math.FusedMultiplyAdd(x, x, -square);
        double scale = Math.Exp(-square) * (1 - lost);
        double erfc = 2 * Step / Math.PI * x * sum * scale;
        return x < Math.PI / Step ? erfc - (2 / (Math.Exp(2 * Math.PI * x / Step) - 1)) : erfc;
    }

    private static double[] CreateNodeWeights()
    {
        var weights = new double[13];
        for (int n = 1; n <= weights.Length; n++)
        {
            weights[n - 1] = Math.Exp(-(n * Step) * (n * Step));
        }

        return weights;
    }
}
