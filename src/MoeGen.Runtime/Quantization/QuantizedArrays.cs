namespace MoeGen;

/// <summary>A quantised matrix while it is being written, different rows by different threads.</summary>
internal sealed class QuantizedArrays
{
    private readonly QuantizationOptions _options;
    private readonly int _rows;
    private readonly int _columns;
    private readonly int _group;
    private readonly byte[] _codes;
    private readonly float[] _scales;
    private readonly byte[] _zeroPoints;

    public QuantizedArrays(QuantizationOptions options, int rows, int columns)
    {
        (_options, _rows, _columns, _group) = (options, rows, columns, options.GroupOf(columns));
        _codes = new byte[(long)rows * columns / (options.Format == WeightFormat.Int8PerChannel ? 1 : 2)];
        _scales = new float[(long)rows * (columns / _group)];
        _zeroPoints = options is { Format: WeightFormat.Int4Group, ZeroPoints: true } ? new byte[_scales.Length] : [];
    }

    /// <summary>One group.</summary>
    /// <param name="row">Its row.</param>
    /// <param name="column">Its first column.</param>
    /// <param name="scale">Its scale and zero point.</param>
    /// <param name="snapped">Its numbers: code less zero point, or the 4-bit float.</param>
    public void Store(int row, int column, GroupScale scale, ReadOnlySpan<float> snapped)
    {
        int group = (row * (_columns / _group)) + (column / _group);
        _scales[group] = scale.IsZero ? 0 : scale.Scale;
        int zero = _options.Format != WeightFormat.Int4Group ? 0 : _zeroPoints.Length == 0 ? 8 : scale.Zero;
        if (_zeroPoints.Length > 0)
        {
            _zeroPoints[group] = (byte)zero;
        }

        long first = ((long)row * _columns) + column;
        if (_options.Format == WeightFormat.Int8PerChannel)
        {
            for (int i = 0; i < snapped.Length; i++)
            {
                _codes[first + i] = (byte)(sbyte)snapped[i];
            }

            return;
        }

        bool isFloat = _options.Format == WeightFormat.Mxfp4;
        for (int i = 0; i < snapped.Length; i += 2)
        {
            int low = isFloat ? E2M1Grid.CodeOf(snapped[i]) : (int)snapped[i] + zero;
            int high = isFloat ? E2M1Grid.CodeOf(snapped[i + 1]) : (int)snapped[i + 1] + zero;
            _codes[(first + i) / 2] = (byte)(low | (high << 4));
        }
    }

    public QuantizedMatrix ToMatrix() => _options.Format switch
    {
        WeightFormat.Int8PerChannel => QuantizedMatrix.Int8(_rows, _columns, _codes, _scales),
        WeightFormat.Mxfp4 => QuantizedMatrix.Mxfp4(_rows, _columns, _codes, _scales),
        _ => QuantizedMatrix.Int4(_rows, _columns, _group, _codes, _scales, _zeroPoints),
    };
}
