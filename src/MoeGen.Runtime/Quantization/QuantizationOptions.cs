namespace MoeGen;

/// <summary>How weights are quantised.</summary>
public sealed record QuantizationOptions
{
    private readonly WeightFormat _format = WeightFormat.Int8PerChannel;
    private readonly int _groupSize = 128;
    private readonly ScaleSearch _search;
    private readonly double _percentile = 99.9;

    /// <summary>Int8PerChannel (the default), Int4Group or Mxfp4.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is <see cref="WeightFormat.SameAsDtype"/> or unknown.</exception>
    public WeightFormat Format
    {
        get => _format;
        init => _format = value is WeightFormat.Int8PerChannel or WeightFormat.Int4Group or WeightFormat.Mxfp4
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"Format is {value}; allowed are Int8PerChannel, Int4Group and Mxfp4.");
    }

    /// <summary>Elements along a row that share a scale, with Int4Group: 32, 64 or 128 (the default). Of no meaning otherwise.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of these.</exception>
    public int GroupSize
    {
        get => _groupSize;
        init => _groupSize = value is 32 or 64 or 128
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"GroupSize is {value}; allowed are 32, 64 and 128.");
    }

    /// <summary>Whether each group has a zero point, with Int4Group; otherwise its range is symmetric. Of no meaning with other formats.</summary>
    public bool ZeroPoints { get; init; }

    /// <summary>How scales are chosen.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is unknown.</exception>
    public ScaleSearch Search
    {
        get => _search;
        init => _search = Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"Search is {value}; allowed are {string.Join(", ", Enum.GetNames<ScaleSearch>())}.");
    }

    /// <summary>Percent of magnitudes that are not cut off, above 0 and at most 100; 99.9 where left out. Read with <see cref="ScaleSearch.Percentile"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is beyond that.</exception>
    public double Percentile
    {
        get => _percentile;
        init => _percentile = value is > 0 and <= 100
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"Percentile is {value}; allowed are numbers above 0 up to 100.");
    }

    /// <summary>Elements of one scale in rows of <paramref name="columns"/>.</summary>
    internal int GroupOf(int columns) => Format switch
    {
        WeightFormat.Int8PerChannel => columns,
        WeightFormat.Mxfp4 => 32,
        _ => GroupSize,
    };
}
