using System.Numerics;
using System.Numerics.Tensors;

namespace MoeGen;

/// <summary>The choice of one group's scale and zero point, and its codes.</summary>
/// <typeparam name="T">The layer's element type, which an Int4 scale is rounded to before codes are chosen for it.</typeparam>
internal sealed class GroupSearch<T>(QuantizationOptions options)
    where T : unmanaged
{
    // Ranges, in parts of the whole one: from somewhat more, where a few weights may happen to fit better, down to half of it.
    private const int Steps = 64;
    private const int MostSteps = 76;
    private const int LeastSteps = 32;

    private readonly bool _isFloat = options.Format == WeightFormat.Mxfp4;
    private readonly bool _hasZero = options is { Format: WeightFormat.Int4Group, ZeroPoints: true };

    // As many codes on either side, or a zero point that moves them: then a negative scale has nothing to add.
    private readonly bool _isSigned = options is { Format: WeightFormat.Int4Group, ZeroPoints: false };

    /// <summary>Chooses as the options say.</summary>
    /// <param name="weights">Finite numbers, a whole number of vectors; what fills the last one is zero and of no importance.</param>
    /// <param name="count">Weights without what fills the last vector.</param>
    /// <param name="importance">What each weight's squared error counts.</param>
    /// <param name="scratch">As long as the weights; overwritten.</param>
    public GroupScale Find(ReadOnlySpan<float> weights, int count, ReadOnlySpan<float> importance, Span<float> scratch)
    {
        float low = TensorPrimitives.Min(weights);
        float high = TensorPrimitives.Max(weights);
        if (options.Search == ScaleSearch.Percentile)
        {
            float limit = Magnitude(weights[..count], scratch[..count]);
            (low, high) = (Math.Max(low, -limit), Math.Min(high, limit));
        }

        GroupScale whole = ScaleOf(low, high);
        return options.Search != ScaleSearch.MeanSquaredError || whole.IsZero ? whole
            : _isFloat ? BestOf(weights, importance, whole, [ScaleOf(2 * low, 2 * high), ScaleOf(low / 2, high / 2)])
            : Refined(weights, importance, whole, low, high);
    }

    /// <summary>The numbers of the grid that the scale and zero point give; code less zero point for integers.</summary>
    public void Snap(ReadOnlySpan<float> weights, GroupScale scale, Span<float> snapped)
    {
        if (scale.IsZero)
        {
            snapped.Clear();
        }
        else if (_isFloat)
        {
            GroupMath.Snap(weights, scale.Scale, default(E2M1Grid), snapped);
        }
        else
        {
            GroupMath.Snap(weights, scale.Scale, Grid(scale), snapped);
        }
    }

    /// <summary>The number of the grid nearest to a weight's part of the scale.</summary>
    public float Nearest(float quotient, GroupScale scale) => _isFloat
        ? default(E2M1Grid).Snap(new Vector<float>(quotient))[0]
        : Grid(scale).Snap(new Vector<float>(quotient))[0];

    /// <summary>Another scale with the same zero point, as it can be stored; the same where it cannot be another.</summary>
    public GroupScale WithScale(GroupScale scale, float other) => _isFloat || !float.IsFinite(other) ? scale : scale with { Scale = Stored(other) };

    private float Magnitude(ReadOnlySpan<float> weights, Span<float> sorted)
    {
        TensorPrimitives.Abs(weights, sorted);
        sorted.Sort();
        return sorted[Math.Clamp((int)Math.Ceiling(options.Percentile / 100 * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    private GroupScale ScaleOf(float low, float high)
    {
        float most = Math.Max(-low, high);
        switch (options.Format)
        {
            case WeightFormat.Int8PerChannel:
                return new GroupScale(most / ActivationQuantizer.MaxCode, 0);
            case WeightFormat.Mxfp4:
                // The largest number is 6, of the exponent 2.
                return new GroupScale(most == 0 ? 0 : (float)Math.ScaleB(1, Math.Clamp(Math.ILogB(most) - 2, -126, 127)), 0);
            case var _ when !_hasZero:
                return new GroupScale(Stored(Math.Max(-low / 8, high / 7)), 0);
            default:
                (low, high) = (Math.Min(low, 0), Math.Max(high, 0));
                float scale = Stored((high / 15) - (low / 15));
                return new GroupScale(scale, float.IsNormal(scale) ? (int)Math.Clamp(MathF.Round(-low / scale), 0, 15) : 8);
        }
    }

    private GroupScale Refined(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, GroupScale whole, float low, float high)
    {
        GroupScale best = Refine(weights, importance, BestRange(weights, importance, whole, low, high));
        if (!_isSigned)
        {
            return best;
        }

        // With a negative scale the positive numbers have the eight codes.
        GroupScale mirrored = Negated(ScaleOf(-high, -low));
        return mirrored.IsZero ? best : BestOf(weights, importance, best, [Refine(weights, importance, BestRange(weights, importance, mirrored, low, high))]);
    }

    private GroupScale BestRange(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, GroupScale whole, float low, float high)
    {
        Span<GroupScale> candidates = stackalloc GroupScale[MostSteps - LeastSteps + 1];
        for (int i = 0; i < candidates.Length; i++)
        {
            float part = (MostSteps - i) / (float)Steps;
            candidates[i] = whole.Scale < 0 ? Negated(ScaleOf(-part * high, -part * low)) : ScaleOf(part * low, part * high);
        }

        return BestOf(weights, importance, whole, candidates);
    }

    private GroupScale Refine(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, GroupScale best)
    {
        const int MostRounds = 8;
        for (int round = 0; round < MostRounds; round++)
        {
            float scale = GroupMath.LeastSquares(weights, importance, best.Scale, Grid(best));
            GroupScale better = BestOf(weights, importance, best, [best with { Scale = Stored(scale) }]);
            if (better == best)
            {
                break;
            }

            best = better;
        }

        return best;
    }

    // The first of equals.
    private GroupScale BestOf(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, GroupScale best, ReadOnlySpan<GroupScale> others)
    {
        float least = Error(weights, importance, best);
        foreach (GroupScale other in others)
        {
            float error = other.IsZero || other == best ? float.PositiveInfinity : Error(weights, importance, other);
            if (error < least)
            {
                (best, least) = (other, error);
            }
        }

        return best;
    }

    private float Error(ReadOnlySpan<float> weights, ReadOnlySpan<float> importance, GroupScale scale) => _isFloat
        ? GroupMath.Error(weights, importance, scale.Scale, default(E2M1Grid))
        : GroupMath.Error(weights, importance, scale.Scale, Grid(scale));

    private static GroupScale Negated(GroupScale scale) => scale with { Scale = -scale.Scale };

    private float Stored(float scale) => options.Format == WeightFormat.Int4Group ? ElementConversion.Round<T, float>(scale) : scale;

    private IntegerGrid Grid(GroupScale scale) => options.Format == WeightFormat.Int8PerChannel ? new IntegerGrid(-ActivationQuantizer.MaxCode, ActivationQuantizer.MaxCode)
        : _hasZero ? new IntegerGrid(-scale.Zero, 15 - scale.Zero)
        : new IntegerGrid(-8, 7);
}
