using System.Runtime.InteropServices;
using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

/// <summary>
/// The table look-ups of FP8 and MXFP4 against one value at a time, bit for bit. What a processor has, chooses among their ways: run them
/// with DOTNET_EnableAVX512=0, DOTNET_EnableAVX2=0 and DOTNET_EnableHWIntrinsic=0 too.
/// </summary>
public sealed class CodeTableTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<float> Factors =>
        [1, 0.3f, -0.3f, -1.0078125f, 146.2f, 1.22e-7f, 3.4e38f, -1e37f, 1e-38f, -1.3e-40f, float.Epsilon, 0, float.NegativeZero];

    public static TheoryData<float> AllFactors => [.. Factors, float.PositiveInfinity, float.NegativeInfinity, float.NaN];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Factors))]
    public void Every_fp8_code_times_a_factor_has_the_bits_of_one_rounding(float factor)
    {
        Check<BFloat16>(static value => ((BFloat16)value).ToBits(), static element => element.ToBits());
        Check<Half>(static value => BitConverter.HalfToUInt16Bits((Half)value), static element => BitConverter.HalfToUInt16Bits(element));

        void Check<T>(Func<float, uint> round, Func<T, uint> bits)
            where T : unmanaged
        {
            // Four rounds of all codes with another one before each, so that every vector and what is left see each code at several places.
            byte[] codes = [.. Enumerable.Range(0, 1028).Select(i => (byte)(i % 257))];
            uint[] expected = [.. codes.Select(code => round(Fp8(code, factor)))];
            var table = new byte[Fp8Codes.TableBytes];
            Fp8Codes.Fill<T>(factor, table);
            for (int length = codes.Length; length > 940; length--)
            {
                var values = new T[length + 1];
                Fp8Codes.Decode<T>(codes.AsSpan(0, length), table, values);
                Assert.Equal(expected[..length], values.Take(length).Select(bits));
                Assert.Equal(0u, bits(values[length]));
            }
        }
    }

    [Theory]
    [MemberData(nameof(AllFactors))]
    public void Every_fp8_code_of_a_matrix_of_blocks_has_the_bits_of_one_rounding(float factor)
    {
        // Blocks of 16 x 64, the last of them smaller; among them those of the factor in question.
        const int Rows = 37, Columns = 333;
        byte[] codes = [.. Enumerable.Range(0, Rows * Columns).Select(i => (byte)(i % 257))];
        float[] factors = [.. Enumerable.Range(0, 3 * 6).Select(i => i % 2 == 0 ? factor : 0.7f + i)];
        var tiny = new TinyCheckpoint { Config = "{}", Prefix = "layer." };
        tiny.Add("x", SafetensorsDtype.F8_E4M3, [Rows, Columns], codes);
        tiny.Add("x_scale_inv", SafetensorsDtype.F32, [3, 6], factors);
        tiny.Write(_folder);
        using SafetensorsCheckpoint tensors = SafetensorsCheckpoint.Open(_folder.Path);
        StoredMatrix matrix = new LayerTensors(tensors, "layer.", Quantization.None with { BlockRows = 16, BlockColumns = 64 }).Matrix("x", Rows, Columns);
        foreach ((int row, int rows, int column, int columns) in new[] { (0, Rows, 0, Columns), (15, 20, 63, 203), (36, 1, 332, 1), (3, 30, 70, 50) })
        {
            Check<BFloat16>(static value => ((BFloat16)value).ToBits(), static element => element.ToBits());
            Check<Half>(static value => BitConverter.HalfToUInt16Bits((Half)value), static element => BitConverter.HalfToUInt16Bits(element));
            Check<float>(BitConverter.SingleToUInt32Bits, BitConverter.SingleToUInt32Bits);

            void Check<T>(Func<float, uint> round, Func<T, uint> bits)
                where T : unmanaged
            {
                var part = new T[rows * columns];
                matrix.Read<T>(row, rows, column, columns, part, columns);
                for (int i = 0; i < part.Length; i++)
                {
                    (int r, int c) = (row + (i / columns), column + (i % columns));
                    float expected = Fp8(codes[(r * Columns) + c], factors[(r / 16 * 6) + (c / 64)]);
                    if (float.IsNaN(expected))
                    {
                        // The sign of NaN times NaN is whose it may be.
                        Assert.True(double.IsNaN(ElementConversion.ToDouble(part[i])));
                    }
                    else
                    {
                        Assert.Equal(round(expected), bits(part[i]));
                    }
                }
            }
        }
    }

    [Fact]
    public void Every_mxfp4_code_with_every_exponent_has_the_bits_of_one_rounding()
    {
        // Two blocks an exponent: codes rising beside falling, and each beside the next.
        byte[] pair =
        [
            .. Enumerable.Range(0, 16).Select(code => (byte)(code | ((15 - code) << 4))),
            .. Enumerable.Range(0, 16).Select(code => (byte)(code | (((code + 1) % 16) << 4))),
        ];
        byte[] blocks = [.. Enumerable.Range(0, 256).SelectMany(_ => pair)];
        byte[] exponents = [.. Enumerable.Range(0, 512).Select(block => (byte)(block / 2))];
        Check<BFloat16>(static value => ((BFloat16)value).ToBits(), static element => element.ToBits());
        Check<Half>(static value => BitConverter.HalfToUInt16Bits((Half)value), static element => BitConverter.HalfToUInt16Bits(element));

        void Check<T>(Func<float, uint> round, Func<T, uint> bits)
            where T : unmanaged
        {
            var block = new float[32];
            var values = new T[(512 * 32) + 1];
            Mxfp4Codes<T>.Decode(blocks, exponents, values);
            for (int i = 0; i < 512 * 32; i++)
            {
                if (i % 32 == 0)
                {
                    Mxfp4Elements.Decode(blocks.AsSpan(i / 2, 16), exponents[i / 32], block);
                }

                Assert.Equal(round(block[i % 32]), bits(values[i]));
            }

            Assert.Equal(0u, bits(values[^1]));
        }
    }

    [Theory]
    [InlineData("fp8")]
    [InlineData("mxfp4")]
    [InlineData("transposed")]
    public void Matrices_read_whole_are_those_read_by_rows(string form)
    {
        // Many tiles, and tables of many blocks of rows and columns; so large that it is written past the caches.
        const int Rows = 2080, Columns = 1056;
        var random = new Random(5);
        var tiny = new TinyCheckpoint { Config = "{}", Prefix = "layer." };
        Add("x", SafetensorsDtype.F8_E4M3, Rows, Columns);
        tiny.Add("x_scale_inv", SafetensorsDtype.F32, [17, 9], [.. Enumerable.Range(0, 17 * 9).Select(_ => random.NextSingle())]);
        Add("x_blocks", SafetensorsDtype.U8, 1, Rows, Columns / 32, 16);
        Add("x_scales", SafetensorsDtype.U8, 1, Rows, Columns / 32);
        Add("t", SafetensorsDtype.BF16, 1, Columns, Rows);
        tiny.Write(_folder);
        using SafetensorsCheckpoint tensors = SafetensorsCheckpoint.Open(_folder.Path);
        var layer = new LayerTensors(tensors, "layer.", new Quantization(true, 128, 128));
        StoredMatrix matrix = form switch
        {
            "fp8" => layer.Matrix("x", Rows, Columns),
            "mxfp4" => layer.Mxfp4("x", 0, 1, Rows, Columns),
            _ => layer.Transposed("t", 0, 1, Rows, Columns),
        };
        BFloat16[] whole = GC.AllocateUninitializedArray<BFloat16>((Rows * Columns) + 64, pinned: true);
        int aligned = CacheLine.First<BFloat16>(whole);
        var row = new BFloat16[Columns];
        foreach (int first in new[] { aligned, aligned + 1 })
        {
            whole.AsSpan().Fill((BFloat16)7.5f);
            matrix.Read<BFloat16>(0, Rows, 0, Columns, whole.AsSpan(first), Columns);
            for (int r = 0; r < Rows; r++)
            {
                matrix.Read<BFloat16>(r, 1, 0, Columns, row, Columns);
                Assert.True(MemoryMarshal.AsBytes<BFloat16>(row).SequenceEqual(MemoryMarshal.AsBytes<BFloat16>(whole.AsSpan(first + (r * Columns), Columns))), $"row {r}");
            }

            Assert.All(whole[..first].Concat(whole[(first + (Rows * Columns))..]), static beside => Assert.Equal((BFloat16)7.5f, beside));
        }

        void Add(string name, SafetensorsDtype dtype, params int[] shape)
        {
            var bytes = new byte[shape.Aggregate(dtype.Bits() / 8, (product, length) => product * length)];
            random.NextBytes(bytes);
            tiny.Add(name, dtype, shape, bytes);
        }
    }

    [Fact]
    public void Lines_longer_than_a_tile_are_transposed()
    {
        const int Rows = 6500, Columns = 150;
        short[] stored = [.. Enumerable.Range(0, Rows * Columns).Select(i => (short)(i * 40503 % 0x7F00))];
        var tiny = new TinyCheckpoint { Config = "{}", Prefix = "layer." };
        tiny.Add("t", SafetensorsDtype.BF16, [1, Columns, Rows], MemoryMarshal.AsBytes<short>(stored).ToArray());
        tiny.Write(_folder);
        using SafetensorsCheckpoint tensors = SafetensorsCheckpoint.Open(_folder.Path);
        StoredMatrix matrix = new LayerTensors(tensors, "layer.", Quantization.None).Transposed("t", 0, 1, Rows, Columns);
        Check<BFloat16>(static element => element.ToBits());
        Check<float>(static element => BitConverter.SingleToUInt32Bits(element) >> 16);

        void Check<T>(Func<T, uint> bits)
            where T : unmanaged
        {
            var values = new T[Rows * Columns];
            matrix.Read<T>(0, Rows, 0, Columns, values, Columns);
            for (int i = 0; i < values.Length; i++)
            {
                Assert.True((ushort)stored[(i % Columns * Rows) + (i / Columns)] == bits(values[i]), $"element {i}");
            }
        }
    }

    [Fact]
    public void Tiles_of_every_size_are_transposed()
    {
        // Vectors of 8 rows by 32, 16 and 8 columns and what is left beside and below them.
        ushort[] tile = [.. Enumerable.Range(0, 75 * 80).Select(i => (ushort)(i * 40503))];
        for (int rows = 1; rows < 36; rows++)
        {
            for (int columns = 1; columns < 75; columns++)
            {
                Check(rows, columns, 80);
                Check(rows, columns, 91);
            }
        }

        void Check(int rows, int columns, int stride)
        {
            var to = new ushort[rows * stride];
            TileTranspose.Run<ushort>(tile, 80, rows, columns, to, stride);
            for (int r = 0; r < rows; r++)
            {
                for (int c = 0; c < stride; c++)
                {
                    int expected = c < columns ? tile[(c * 80) + r] : 0;
                    Assert.True(expected == to[(r * stride) + c], $"{rows} x {columns}: row {r}, column {c}");
                }
            }
        }
    }

    // One code by itself takes no vector's way.
    private static float Fp8(byte code, float factor)
    {
        var value = new float[1];
        Fp8Elements.Decode([code], factor, value);
        return value[0];
    }
}
