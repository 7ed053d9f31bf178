using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>Activated values beyond FP16 between the GEMMs of 8-bit layers: they count as the largest finite number, and NaN as NaN.</summary>
public sealed class Int8SaturationTests
{
    private const int Experts = 3, TopK = 2, Hidden = 72, Intermediate = 40;
    private const float Fc1Scale = 1024, Fc2Scale = 1f / 256;

    public static TheoryData<string, float> Cases
    {
        get
        {
            var cases = new TheoryData<string, float>();
            foreach (string variant in (string[])[.. Int8Fp16Identity.Descriptor.Variants.Select(variant => variant.Name), GemmVariant.Decode.Name])
            {
                // With the second, saturated values are no largest codes.
                cases.Add(variant, 0);
                cases.Add(variant, 1024);
            }

            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Values_beyond_FP16_count_as_its_largest(string variant, float activatedScale)
    {
        const int Tokens = 20;
        CudaContext context = Gpu.Context;
        var random = new Random(12);
        sbyte[] Codes(int count, int bound) => [.. Enumerable.Range(0, count).Select(_ => (sbyte)random.Next(-bound, bound + 1))];
        sbyte[][] fc1 = [.. Enumerable.Range(0, Experts).Select(_ => Codes(Intermediate * Hidden, 5))];
        sbyte[][] fc2 = [.. Enumerable.Range(0, Experts).Select(_ => Codes(Hidden * Intermediate, 1))];
        var weights = new QuantizedMoeWeights<Half>(
            new MoeShape(Experts, Hidden, Intermediate), Fc1Layout.Plain,
            [.. fc1.Select(codes => Matrix(codes, Intermediate, Fc1Scale))], [.. fc2.Select(codes => Matrix(codes, Hidden, Fc2Scale))])
        {
            InputScale = 1,
            ActivatedScales = activatedScale == 0 ? default(ReadOnlyMemory<float>) : Enumerable.Repeat(activatedScale, Experts).ToArray(),
        };
        sbyte[] codes = Codes(Tokens * Hidden, 5);
        Half[] input = [.. codes.Select(code => (Half)code)];
        input[Hidden + 3] = Half.NaN;
        input[(2 * Hidden) + 5] = Half.NegativeInfinity;
        int[] ids = [.. Enumerable.Range(0, Tokens * TopK).Select(_ => random.Next(Experts))];
        using var layer = new Int8Fp16Identity(context, weights, (Gpu.Options ?? new MoeCudaOptions()) with { Variant = variant });
        var output = new Half[input.Length];
        layer.Forward(input, ids, [], output);

        int saturated = 0;
        for (int token = 0; token < Tokens; token++)
        {
            if (token is 1 or 2)
            {
                Assert.All(output[(token * Hidden)..((token + 1) * Hidden)], value => Assert.True(Half.IsNaN(value)));
                continue;
            }

            var expected = new double[Hidden];
            foreach (int expert in ids.AsSpan(token * TopK, TopK))
            {
                float[] sums = [.. Enumerable.Range(0, Intermediate).Select(j => Fc1Scale * Enumerable.Range(0, Hidden).Sum(h => fc1[expert][(j * Hidden) + h] * codes[(token * Hidden) + h]))];
                saturated += sums.Count(sum => Math.Abs(sum) > 65504);
                float[] held = Array.ConvertAll(sums, sum => Math.Clamp(sum, -65504, 65504));
                float scale = activatedScale == 0 ? held.Max(Math.Abs) / 127 : activatedScale;
                int[] rounded = Array.ConvertAll(held, value => (int)Math.Clamp(MathF.Round(value / scale), -127, 127));
                for (int h = 0; h < Hidden; h++)
                {
                    expected[h] += (double)scale * Fc2Scale * Enumerable.Range(0, Intermediate).Sum(j => fc2[expert][(h * Intermediate) + j] * rounded[j]);
                }
            }

            Assert.InRange(MoeError.RelativeL2<Half>(output.AsSpan(token * Hidden, Hidden), expected), 0, 1e-3);
        }

        Assert.InRange(saturated, 200, Tokens * TopK * Intermediate / 2 * 3 / 2);
    }

    /// <summary>Input and weights as large as FP16 has them: nothing in fp32 overflows, and gate times up saturates.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(90)]
    public void The_largest_input_and_weights_give_no_NaN(int tokens)
    {
        CudaContext context = Gpu.Context;
        var random = new Random(13);
        sbyte[] Signs(int count) => [.. Enumerable.Range(0, count).Select(_ => (sbyte)(random.Next(2) == 0 ? -127 : 127))];
        const float Largest = 65504f / 127;
        var weights = new QuantizedMoeWeights<Half>(
            new MoeShape(Experts, Hidden, Intermediate), Fc1Layout.GateUp,
            [.. Enumerable.Range(0, Experts).Select(_ => Matrix(Signs(2 * Intermediate * Hidden), 2 * Intermediate, Largest))],
            [.. Enumerable.Range(0, Experts).Select(_ => Matrix(Signs(Hidden * Intermediate), Hidden, 1f / 65536))]);
        Half[] input = [.. Signs(tokens * Hidden).Select(sign => sign > 0 ? Half.MaxValue : Half.MinValue)];
        int[] ids = [.. Enumerable.Range(0, tokens).Select(_ => random.Next(Experts))];
        float[] scales = [.. Enumerable.Repeat(1f, tokens)];
        var output = new Half[input.Length];
        using var layer = new Int8Fp16Swiglu(context, weights, Gpu.Options);
        layer.Forward(input, ids, scales, output);
        double[] expected = ManagedMoe.ForwardDouble<Half>(weights, Activation.Swiglu, input, ids, scales, 1, quantizeActivations: true);
        Assert.Contains(expected, value => Math.Abs(value) > 1000);
        ContractVerdict verdict = NumericContract.ForQuantizedActivations(Dtype.FP16).Check<Half>(output, expected, Hidden);
        Assert.True(verdict.Passed, verdict.ToString());
    }

    /// <summary>Scales that no weights of FP16 lead to: sums leave fp32, and what becomes of them stays in the tokens of that expert.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(90)]
    public void Sums_beyond_fp32_harm_their_tokens_alone(int tokens)
    {
        CudaContext context = Gpu.Context;
        var data = new Data<Half>(new Problem(tokens, Experts, 1, Hidden, Intermediate, Fc1Layout.GateUp));
        QuantizedMoeWeights<Half> usual = Int8Data.Quantize(data.Weights);
        QuantizedMatrix first = usual.Fc1ExpertWeights[0];
        var weights = new QuantizedMoeWeights<Half>(
            usual.Shape, usual.Fc1Layout,
            [QuantizedMatrix.Int8(first.Rows, first.Columns, first.Codes, Enumerable.Repeat(1e38f, first.Rows).ToArray()), .. usual.Fc1ExpertWeights.Skip(1)],
            usual.Fc2ExpertWeights);
        Half[] expected = Run(usual), output = Run(weights);
        for (int token = 0; token < tokens; token++)
        {
            Half[] row = output[(token * Hidden)..((token + 1) * Hidden)];
            if (data.Ids[token] == 0)
            {
                Assert.All(row, value => Assert.True(Half.IsNaN(value)));
            }
            else
            {
                Assert.Equal(expected[(token * Hidden)..((token + 1) * Hidden)], row);
            }
        }

        Assert.Contains(0, data.Ids);
        Assert.Contains(data.Ids, id => id != 0);

        Half[] Run(QuantizedMoeWeights<Half> codes)
        {
            var result = new Half[data.Input.Length];
            using var layer = new Int8Fp16Swiglu(context, codes, Gpu.Options);
            layer.Forward(data.Input, data.Ids, data.Scales, result);
            return result;
        }
    }

    private static QuantizedMatrix Matrix(sbyte[] codes, int rows, float scale) =>
        QuantizedMatrix.Int8(rows, codes.Length / rows, codes.Select(code => (byte)code).ToArray(), Enumerable.Repeat(scale, rows).ToArray());
}
