namespace MoeGen;

/// <summary>How the managed backend runs.</summary>
public sealed record ManagedOptions
{
    private readonly int _maxDegreeOfParallelism = -1;

    /// <summary>All processors, no rounding but that of the output's type.</summary>
    public static ManagedOptions Default { get; } = new();

    /// <summary>Most threads at once; -1 (the default) for as many as there are processors. The result does not depend on it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is neither -1 nor positive.</exception>
    public int MaxDegreeOfParallelism
    {
        get => _maxDegreeOfParallelism;
        init
        {
            if (value is 0 or < -1)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(value), value, $"MaxDegreeOfParallelism is {value}; allowed are -1 and positive numbers.");
            }

            _maxDegreeOfParallelism = value;
        }
    }

    /// <summary>Where values are rounded to the element type besides the output of that type itself.</summary>
    public RoundingPoints Rounding { get; init; }
}
