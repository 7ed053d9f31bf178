using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>The quantisation of rows by itself: codes and scales as the managed backend makes them, bit for bit.</summary>
public sealed class Int8StageTests
{
    public static TheoryData<int, bool, float> Cases => new()
    {
        { 8, false, 0 }, { 24, true, 0 }, { 2048, false, 0 }, { 2056, true, 0 }, { 4104, false, 0.01f }, { 136, true, 0.003f },
    };

    [Theory, MemberData(nameof(Cases))]
    public void Input_codes_are_those_of_the_reference(int columns, bool isSmoothed, float calibrated)
    {
        const int Rows = 9;
        CudaContext context = Gpu.Context;
        using var layer = new Int8SwigluLadder(
            context, Int8Data.Quantize(new Data<BFloat16>(new Problem(1, 1, 1, 8, 8, Fc1Layout.GateUp)).Weights), Gpu.Options);
        BFloat16[] values = Data<BFloat16>.Normal(new Random(columns), Rows * columns, 1);
        values.AsSpan(columns, columns).Clear();
        values[(3 * columns) + 5] = (BFloat16)float.NaN;
        values[(4 * columns) + 7] = (BFloat16)float.PositiveInfinity;
        values.AsSpan(5 * columns, columns).Fill((BFloat16)1e-38f);
        values.AsSpan(6 * columns, columns).Fill((BFloat16)1e38f);
        float[] factors = isSmoothed ? [.. Enumerable.Range(0, columns).Select(i => 0.25f + (i % 7 * 0.125f))] : [];
        int rowBytes = DeviceQuantizedMoeWeights<BFloat16>.RowBytes(columns);
        using DeviceBuffer<BFloat16> deviceValues = Buffers<BFloat16>.Upload<BFloat16>(context, values);
        using DeviceBuffer<float>? deviceFactors = isSmoothed ? Buffers<BFloat16>.Upload<float>(context, factors) : null;
        using DeviceBuffer<float>? deviceScale = calibrated > 0 ? Buffers<BFloat16>.Upload<float>(context, [calibrated]) : null;
        using DeviceBuffer<sbyte> deviceCodes = context.Allocate<sbyte>(Rows * rowBytes);
        using DeviceBuffer<float> deviceScales = context.Allocate<float>(Rows);
        using CudaStream stream = context.CreateStream();
        layer.Pipeline!.Launchers.QuantizeInput(
            new QuantizeArguments<BFloat16>
            {
                Values = deviceValues.Pointer,
                Codes = deviceCodes.Pointer,
                Scales = deviceScales.Pointer,
                Factors = deviceFactors?.Pointer ?? default,
                Calibrated = deviceScale?.Pointer ?? default,
                NumTokens = Rows,
                RowsPerToken = 1,
                Columns = columns,
            },
            stream);
        stream.Synchronize();
        var codes = new sbyte[Rows * rowBytes];
        var scales = new float[Rows];
        deviceCodes.CopyTo(codes);
        deviceScales.CopyTo(scales);
        for (int row = 0; row < Rows; row++)
        {
            var expected = new sbyte[columns];
            float[] wide = [.. values.AsSpan(row * columns, columns).ToArray().Select(value => (float)value)];
            float scale = ActivationQuantizer.Quantize(wide, factors, calibrated, expected);
            Assert.Equal(scale, scales[row]);
            Assert.Equal(expected, codes.AsSpan(row * rowBytes, columns));
            Assert.All(codes.AsSpan((row * rowBytes) + columns, rowBytes - columns).ToArray(), padding => Assert.Equal(0, padding));
        }
    }
}
