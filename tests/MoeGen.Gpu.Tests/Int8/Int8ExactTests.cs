using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>Stage by stage: integer sums exactly, and the codes between the GEMMs.</summary>
public sealed class Int8ExactTests
{
    public static TheoryData<string> Variants =>
        [.. Int8Fp16Identity.Descriptor.Variants.Select(variant => variant.Name), GemmVariant.Decode.Name];

    /// <summary>Small integers with scales of powers of two: every sum is an FP16 value, so that a wrong one shows.</summary>
    [Theory, MemberData(nameof(Variants))]
    public void Integer_sums_are_exact(string variant)
    {
        const int Tokens = 20, Experts = 3, TopK = 2, Hidden = 72, Intermediate = 40;
        const float ActivatedScale = 32;
        CudaContext context = Gpu.Context;
        var random = new Random(11);
        sbyte[] Codes(int count, int bound) => [.. Enumerable.Range(0, count).Select(_ => (sbyte)random.Next(-bound, bound + 1))];
        QuantizedMatrix Matrix(sbyte[] codes, int rows, int columns)
        {
            var scales = new float[rows];
            Array.Fill(scales, 1f);
            return QuantizedMatrix.Int8(rows, columns, codes.Select(code => (byte)code).ToArray(), scales);
        }

        sbyte[][] fc1 = [.. Enumerable.Range(0, Experts).Select(_ => Codes(Intermediate * Hidden, 5))];
        sbyte[][] fc2 = [.. Enumerable.Range(0, Experts).Select(_ => Codes(Hidden * Intermediate, 1))];
        var weights = new QuantizedMoeWeights<Half>(
            new MoeShape(Experts, Hidden, Intermediate), Fc1Layout.Plain,
            [.. fc1.Select(codes => Matrix(codes, Intermediate, Hidden))], [.. fc2.Select(codes => Matrix(codes, Hidden, Intermediate))])
        {
            InputScale = 1,
            ActivatedScales = Enumerable.Repeat(ActivatedScale, Experts).ToArray(),
        };
        sbyte[] input = Codes(Tokens * Hidden, 5);
        int[] ids = [.. Enumerable.Range(0, Tokens * TopK).Select(_ => random.Next(Experts))];
        using var layer = new Int8Fp16Identity(context, weights, (Gpu.Options ?? new MoeCudaOptions()) with { Variant = variant });
        var output = new Half[input.Length];
        layer.Forward(input.Select(value => (Half)value).ToArray(), ids, [], output);

        for (int token = 0; token < Tokens; token++)
        {
            var sums = new int[Hidden];
            foreach (int expert in ids.AsSpan(token * TopK, TopK))
            {
                int[] activated = [.. Enumerable.Range(0, Intermediate).Select(j => Enumerable.Range(0, Hidden).Sum(h => fc1[expert][(j * Hidden) + h] * input[(token * Hidden) + h]))];
                Assert.All(activated, value => Assert.InRange(value, -2048, 2048));
                int[] codes = [.. activated.Select(value => (int)Math.Clamp(Math.Round(value / ActivatedScale), -127, 127))];
                for (int h = 0; h < Hidden; h++)
                {
                    sums[h] += Enumerable.Range(0, Intermediate).Sum(j => fc2[expert][(h * Intermediate) + j] * codes[j]);
                }
            }

            for (int h = 0; h < Hidden; h++)
            {
                Assert.InRange(sums[h], -2048, 2048);
                Assert.Equal((Half)(sums[h] * ActivatedScale), output[(token * Hidden) + h]);
            }
        }
    }

    /// <summary>At most one code in a thousand differs from the reference's, and by one: where an fp32 sum rounds the other way.</summary>
    [Theory]
    [InlineData(6, "decode")]
    [InlineData(200, "m64n128k128s4")]
    public void Codes_between_the_gemms_are_those_of_the_reference(int tokens, string variant)
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(new Problem(tokens, 4, 2, 264, 136, Fc1Layout.GateUp));
        QuantizedMoeWeights<BFloat16> weights = Int8Data.Quantize(data.Weights);
        using var layer = new Int8SwigluLadder(context, weights, (Gpu.Options ?? new MoeCudaOptions()) with { Variant = variant });
        using var buffers = new Buffers<BFloat16>(context, data);
        using CudaStream stream = context.CreateStream();
        using DeviceBuffer<byte> workspace = context.Allocate<byte>(layer.GetWorkspaceBytes(tokens, 2));
        layer.Forward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream, workspace);
        stream.Synchronize();
        WorkspaceLayout layout = layer.Pipeline!.Layout(weights.Shape, tokens, 2, layer.Pipeline.SelectVariant(weights.Shape, tokens, 2));
        int rowBytes = DeviceQuantizedMoeWeights<BFloat16>.RowBytes(136), slots = tokens * 2;
        byte[] codes = Read(workspace, layout.Quantized.ActivatedCodes, slots * rowBytes);
        bool isSorted = variant != GemmVariant.Decode.Name;
        int[] rows = isSorted
            ? [.. System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(Read(workspace, layout.SortedSlots, slots * sizeof(int)))]
            : [.. Enumerable.Range(0, slots)];

        int different = 0;
        for (int row = 0; row < slots; row++)
        {
            sbyte[] expected = Reference(weights, data, rows[row]);
            for (int j = 0; j < expected.Length; j++)
            {
                int distance = Math.Abs(expected[j] - (sbyte)codes[(row * rowBytes) + j]);
                Assert.InRange(distance, 0, 1);
                different += distance;
            }
        }

        Assert.InRange(different, 0, slots * 136 / 1000);
    }

    private static sbyte[] Reference(QuantizedMoeWeights<BFloat16> weights, Data<BFloat16> data, int slot)
    {
        (int hidden, int intermediate) = (weights.Shape.HiddenSize, weights.Shape.IntermediateSize);
        float[] token = [.. data.Input.AsSpan(slot / 2 * hidden, hidden).ToArray().Select(value => (float)value)];
        var input = new sbyte[hidden];
        double scale = ActivationQuantizer.Quantize(token, [], 0, input);
        QuantizedMatrix fc1 = weights.Fc1ExpertWeights[data.Ids[slot]];
        double Product(int row)
        {
            ReadOnlySpan<sbyte> codes = fc1.Int8Codes.Slice(row * hidden, hidden);
            long sum = 0;
            for (int h = 0; h < hidden; h++)
            {
                sum += codes[h] * input[h];
            }

            return sum * scale * fc1.Scales.Span[row];
        }

        var activated = new float[intermediate];
        for (int j = 0; j < intermediate; j++)
        {
            double gate = Product(j);
            activated[j] = (float)(BFloat16)(float)(gate / (1 + Math.Exp(-gate)) * Product(intermediate + j));
        }

        var result = new sbyte[intermediate];
        ActivationQuantizer.Quantize(activated, [], 0, result);
        return result;
    }

    private static byte[] Read(DeviceBuffer<byte> workspace, long offset, int length)
    {
        var all = new byte[workspace.Length];
        workspace.CopyTo(all);
        return all.AsSpan((int)offset, length).ToArray();
    }
}
