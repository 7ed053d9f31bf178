namespace MoeGen;

/// <content>What codes and scales must satisfy.</content>
public sealed partial class QuantizedMatrix
{
    private bool IsPacked => Format != WeightFormat.Int8PerChannel;

    private void CheckSizes()
    {
        CheckSize(Rows, nameof(Rows));
        CheckSize(Columns, nameof(Columns));
        if (Format == WeightFormat.Int4Group && GroupSize is not (32 or 64 or 128))
        {
            throw new ArgumentException($"groupSize is {GroupSize}; allowed are 32, 64 and 128.", "groupSize");
        }

        if (Columns % GroupSize != 0)
        {
            throw new ArgumentException($"columns is {Columns}; required is a multiple of the group size {GroupSize}.", "columns");
        }

        long elements = (long)Rows * Columns;
        CheckLength(Codes.Length, IsPacked ? elements / 2 : elements, "codes", IsPacked ? "N * K / 2" : "N * K");
        CheckLength(Scales.Length, (long)Rows * GroupsPerRow, "scales", "N * K / group size");
        if (!ZeroPoints.IsEmpty)
        {
            CheckLength(ZeroPoints.Length, (long)Rows * GroupsPerRow, "zeroPoints", "N * K / group size");
        }
    }

    private void CheckScales()
    {
        ReadOnlySpan<float> scales = Scales.Span;
        for (int i = 0; i < scales.Length; i++)
        {
            if (!IsAllowed(scales[i]))
            {
                string allowed = Format switch
                {
                    WeightFormat.Mxfp4 => "0 and normal powers of two",
                    WeightFormat.Int4Group => "finite numbers",
                    _ => "finite numbers from 0 on",
                };
                throw new ArgumentException($"scales[{i}] is {scales[i]}; allowed are {allowed}.", "scales");
            }
        }

        if (ZeroPoints.Span.IndexOfAnyExceptInRange((byte)0, (byte)15) is var zero and >= 0)
        {
            throw new ArgumentException($"zeroPoints[{zero}] is {ZeroPoints.Span[zero]}; allowed is 0 to 15.", "zeroPoints");
        }
    }

    private bool IsAllowed(float scale) => Format switch
    {
        WeightFormat.Mxfp4 => IsZeroOrPowerOfTwo(scale),
        WeightFormat.Int4Group => float.IsFinite(scale),
        _ => float.IsFinite(scale) && scale >= 0,
    };

    private static bool IsZeroOrPowerOfTwo(float scale) => scale == 0 || (float.IsNormal(scale) && scale > 0 && (BitConverter.SingleToUInt32Bits(scale) & 0x7f_ffff) == 0);

    private static void CheckSize(int value, string name)
    {
        if (value < 8 || value % 8 != 0)
        {
            throw new ArgumentException($"{name} is {value}; required is a positive multiple of 8.", name);
        }
    }

    private static void CheckLength(long found, long required, string name, string meaning)
    {
        if (found != required)
        {
            throw new ArgumentException($"{name} has {found} elements; required are {required} ({meaning}).", name);
        }
    }
}
