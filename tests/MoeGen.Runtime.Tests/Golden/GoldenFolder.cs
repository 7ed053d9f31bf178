using MoeGen.Checkpoints;

namespace MoeGen.Tests;

internal static class GoldenFolder
{
    public static string Path(string family) => System.IO.Path.Combine(AppContext.BaseDirectory, "Golden", family);

    public static SafetensorsFile OpenIo(string family) => SafetensorsFile.Open(System.IO.Path.Combine(Path(family), "io.safetensors"));

    public static BFloat16[] ToBFloat16(ReadOnlySpan<float> values)
    {
        var converted = new BFloat16[values.Length];
        BFloat16Span.FromSingle(values, converted);
        return converted;
    }

    public static double[] ToDouble(ReadOnlySpan<float> values)
    {
        var wide = new double[values.Length];
        for (int i = 0; i < wide.Length; i++)
        {
            wide[i] = values[i];
        }

        return wide;
    }
}
