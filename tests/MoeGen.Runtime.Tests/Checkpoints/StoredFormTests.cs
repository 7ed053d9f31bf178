using System.Runtime.InteropServices;
using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

/// <summary>The stored forms, element by element.</summary>
public sealed class StoredFormTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_fp8_code_is_decoded()
    {
        // Twice, so that vectors and the rest after them both see each code.
        byte[] codes = [.. Enumerable.Range(0, 256).Concat(Enumerable.Range(0, 255)).Select(code => (byte)code)];
        var values = new float[codes.Length];
        Fp8Elements.Decode(codes, 1, values);
        for (int start = 0; start < codes.Length; start += 97)
        {
            var one = new float[1];
            Fp8Elements.Decode(codes.AsSpan(start, 1), 1, one);
            Assert.Equal(values[start], one[0]);
        }

        Assert.Equal(codes.Select(code => (float)Fp8Rewriter.Value(code)), values);
        Assert.True(float.IsNegative(values[128]));
        Fp8Elements.Decode(codes, 0.3f, values);
        Assert.Equal(codes.Select(code => (float)Fp8Rewriter.Value(code) * 0.3f), values);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(127)]
    [InlineData(130)]
    [InlineData(252)]
    public void Every_mxfp4_code_is_decoded(byte exponent)
    {
        byte[] block = [.. Enumerable.Range(0, 16).Select(code => (byte)(code | ((15 - code) << 4)))];
        var values = new float[32];
        Mxfp4Elements.Decode(block, exponent, values);
        for (int i = 0; i < 16; i++)
        {
            Assert.Equal((float)(Mxfp4Writer.Value(i) * Math.Pow(2, exponent - 127)), values[2 * i]);
            Assert.Equal((float)(Mxfp4Writer.Value(15 - i) * Math.Pow(2, exponent - 127)), values[(2 * i) + 1]);
        }

        Assert.True(float.IsNegative(values[16]));

        Mxfp4Elements.Decode(block, 255, values);
        Assert.All(values, value => Assert.True(float.IsNaN(value)));
    }

    [Theory]
    [InlineData(SafetensorsDtype.BF16)]
    [InlineData(SafetensorsDtype.F16)]
    [InlineData(SafetensorsDtype.F32)]
    public void Windows_of_plain_and_transposed_matrices_are_read_in_every_type(SafetensorsDtype dtype)
    {
        // Beyond tiles of 64 and vectors of 8, at odd places.
        const int Rows = 75, Columns = 141;
        float[] values = [.. Enumerable.Range(0, 2 * Rows * Columns).Select(i => (float)((i * 37 % 509) - 254))];
        var tiny = new TinyCheckpoint { Config = "{}", Prefix = "layer." };
        tiny.Add("plain", dtype, [2, Rows, Columns], values);
        tiny.Add("transposed", dtype, [2, Columns, Rows], FamilyCase.Transposed(values, Rows, Columns));
        tiny.Write(_folder);
        using SafetensorsCheckpoint tensors = SafetensorsCheckpoint.Open(_folder.Path);
        var layer = new LayerTensors(tensors, "layer.", Quantization.None);
        for (int expert = 0; expert < 2; expert++)
        {
            foreach (StoredMatrix matrix in new[] { layer.Stacked("plain", expert, 2, Rows, Columns), layer.Transposed("transposed", expert, 2, Rows, Columns) })
            {
                foreach ((int row, int rows, int column, int columns) in new[] { (0, Rows, 0, Columns), (3, 70, 5, 130), (74, 1, 140, 1), (10, 8, 8, 8), (0, 64, 1, 64) })
                {
                    Check<float>(matrix, row, rows, column, columns);
                    Check<BFloat16>(matrix, row, rows, column, columns);
                    Check<Half>(matrix, row, rows, column, columns);
                }
            }

            void Check<T>(StoredMatrix matrix, int row, int rows, int column, int columns)
                where T : unmanaged
            {
                var part = new T[rows * columns];
                matrix.Read<T>(row, rows, column, columns, part, columns);
                for (int i = 0; i < part.Length; i++)
                {
                    float expected = values[(((expert * Rows) + row + (i / columns)) * Columns) + column + (i % columns)];
                    Assert.Equal(expected, ElementConversion.ToDouble(part[i]));
                }
            }
        }
    }

    [Fact]
    public void Windows_of_mxfp4_are_read_in_every_type()
    {
        const int Rows = 5, Columns = 160;
        var random = new Random(8);
        var codes = new byte[Rows * Columns / 2];
        random.NextBytes(codes);
        byte[] exponents = [.. Enumerable.Range(0, Rows * Columns / 32).Select(i => (byte)(i % 4 == 3 ? 1 : 120 + (i % 9)))];
        var tiny = new TinyCheckpoint { Config = "{}", Prefix = "layer." };
        tiny.Add("x_blocks", SafetensorsDtype.U8, [1, Rows, Columns / 32, 16], codes);
        tiny.Add("x_scales", SafetensorsDtype.U8, [1, Rows, Columns / 32], exponents);
        tiny.Write(_folder);
        using SafetensorsCheckpoint tensors = SafetensorsCheckpoint.Open(_folder.Path);
        StoredMatrix matrix = new LayerTensors(tensors, "layer.", Quantization.None with { IsMxfp4 = true }).Mxfp4("x", 0, 1, Rows, Columns);
        foreach ((int row, int rows, int column, int columns) in new[] { (0, Rows, 0, Columns), (1, 3, 32, 64), (2, 2, 5, 100), (4, 1, 159, 1), (0, 5, 64, 70) })
        {
            Check<float>();
            Check<BFloat16>();

            void Check<T>()
                where T : unmanaged
            {
                var part = new T[rows * columns];
                matrix.Read<T>(row, rows, column, columns, part, columns);
                for (int i = 0; i < part.Length; i++)
                {
                    int at = ((row + (i / columns)) * Columns) + column + (i % columns);
                    double expected = Mxfp4Writer.Value((codes[at / 2] >> (4 * (at % 2))) & 15) * Math.Pow(2, exponents[at / 32] - 127);
                    Assert.Equal(expected, ElementConversion.ToDouble(part[i]));
                }
            }
        }
    }

    [Fact]
    public void A_window_beyond_the_matrix_is_filled_with_zeros()
    {
        var tiny = new TinyCheckpoint { Config = "{}", Prefix = "layer." };
        tiny.Add("down", SafetensorsDtype.F32, [2, 5], new float[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 });
        tiny.Add("gate", SafetensorsDtype.F32, [5, 2], new float[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 });
        tiny.Write(_folder);
        using SafetensorsCheckpoint tensors = SafetensorsCheckpoint.Open(_folder.Path);
        var layer = new LayerTensors(tensors, "layer.", Quantization.None);
        StoredMatrix gate = layer.Matrix("gate", 5, 2);
        ExpertMatrices[] slices = [.. SharedExperts.Slice(gate, 0, gate, 0, layer.Matrix("down", 2, 5), 3)];
        Assert.Equal(2, slices.Length);
        Assert.Equal([1, 2, 3, 4, 5, 6], Read(slices[0].Fc1[0]));
        Assert.Equal([7, 8, 9, 10, 0, 0], Read(slices[1].Fc1[1]));
        Assert.Equal([1, 2, 3, 6, 7, 8], Read(slices[0].Fc2));
        Assert.Equal([4, 5, 0, 9, 10, 0], Read(slices[1].Fc2));
        Assert.Equal([9, 10, 0, 0], Read(slices[1].Fc1[0], 1, 2));
        Assert.Equal([0, 0], Read(slices[1].Fc1[0], 2, 1));
        Assert.True(slices[1].Fc1[0].Map<float>(1, 2).IsEmpty);
        Assert.Equal([9, 10], slices[1].Fc1[0].Map<float>(1, 1).ToArray());

        static float[] Read(MatrixPart part, int row = 0, int? rows = null)
        {
            var values = new float[(rows ?? part.Rows) * part.Columns];
            values.AsSpan().Fill(float.NaN);
            part.Read<float>(row, rows ?? part.Rows, values);
            return values;
        }
    }

    [Fact]
    public void Conversion_rounds_once_to_nearest_even()
    {
        float[] values = [1.00390625f, 1.01171875f, float.NaN, float.NegativeInfinity, 1e30f];
        var converted = new BFloat16[values.Length];
        StoredElements.Convert<BFloat16>(SafetensorsDtype.F32, MemoryMarshal.AsBytes<float>(values), converted);
        Assert.Equal(values.Select(value => ((BFloat16)value).ToBits()), converted.Select(value => value.ToBits()));
        var half = new Half[values.Length];
        StoredElements.Convert<Half>(SafetensorsDtype.F32, MemoryMarshal.AsBytes<float>(values), half);
        Assert.Equal(Half.PositiveInfinity, half[4]);
    }
}
