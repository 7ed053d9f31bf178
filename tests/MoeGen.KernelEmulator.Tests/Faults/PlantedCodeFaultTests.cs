using MoeGen.Gpu.Tests;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Mistakes in what quantises and decodes: each is seen.</summary>
public sealed class PlantedCodeFaultTests
{
    private static readonly PlantedFault[] Int8Faults =
    [
        new("barrier missing in the largest magnitude", "threadIdx.x / 32] = largest;\n        __syncthreads();\n", "threadIdx.x / 32] = largest;\n", FaultKind.DataRace),
        new("scale of the token before", "[&](int row) { return arguments.inputScales[arguments.sortedSlots[row] / top_k]; }", "[&](int row) { return arguments.inputScales[max(0, arguments.sortedSlots[row] / top_k - 1)]; }", null),
        new("scale of the weight row dropped", "static_cast<float>(sums[m][n][i]) * scale", "static_cast<float>(sums[m][n][i])", null),
        new("gate's scales for up", "kPaired && n % 2 == 1 ? up : gate;\n        const float scale", "kPaired && n % 2 == 2 ? up : gate;\n        const float scale", null),
        new("no zeros behind a row of codes", "const int columns = valid ? arguments.columns : 0, pitch = valid ? row_codes(columns) : 0", "const int columns = valid ? arguments.columns : 0, pitch = columns", FaultKind.UninitializedRead),
        new("rows of tokens that are not there", "token < valid_tokens(quantize.numTokensOnDevice, quantize.numTokens), quantize.calibrated", "true, quantize.calibrated", FaultKind.OutOfBounds),
        new("codes cut off too early", "-127.0f), 127.0f)", "-63.0f), 63.0f)", null),
        new("a row beyond the last", "row < arguments.expertOffsets[arguments.numExperts])", "row < arguments.expertOffsets[arguments.numExperts] + 1)", FaultKind.UninitializedRead),
    ];

    private static readonly PlantedFault[] Int4Faults =
    [
        new("stage that is decoded before it is fetched", "        b.fetch();\n", "", null),
        new("scale of the next group", "column / kGroupSize;\n", "column / kGroupSize + 1;\n", FaultKind.OutOfBounds),
        new("zero point dropped", "kMinusZeros + kIntegerBases + 8u * 0x10001u", "kMinusZeros + kIntegerBases", null),
        new("neighbours exchanged", "codes[0] >> 4 * i,", "codes[0] >> 4 * (i ^ 1),", null),
        new("barrier missing after the codes are stored", "                cp_async_wait<Tile::kStages - 2>();\n                __syncthreads();\n", "                cp_async_wait<Tile::kStages - 2>();\n", FaultKind.DataRace),
        new("rows beyond the weights", "column < depth && outputs < outputs_left;", "column < depth;", FaultKind.OutOfBounds),
        new("depth beyond the row", "has_row && column < depth &&", "has_row &&", FaultKind.OutOfBounds),
        new("up rows that are gate rows", "? up.offset : gate.offset;\n        row = expert_row", "? gate.offset : gate.offset;\n        row = expert_row", null),
    ];

    public static TheoryData<int> Int8Numbers => [.. Enumerable.Range(0, Int8Faults.Length)];

    public static TheoryData<int> Int4Numbers => [.. Enumerable.Range(0, Int4Faults.Length)];

    [Theory, MemberData(nameof(Int8Numbers))]
    public void Is_caught_in_8_bit_layers(int number) => Int8Faults[number].AssertCaught((device, options) =>
    {
        var data = new Data<BFloat16>(new Problem(61, 4, 3, 200, 104, Fc1Layout.GateUp, IdPattern.Invalid));
        QuantizedMoeWeights<BFloat16> weights = Int8Data.Quantize(data.Weights);
        using var layer = new PlantedInt8Layer(device.Context, weights, options);
        Int8Harness.AssertContract<PlantedInt8Layer, BFloat16>(weights, data, Int8Harness.Run(device.Context, layer, data));
    });

    [Theory, MemberData(nameof(Int4Numbers))]
    public void Is_caught_in_4_bit_weights(int number) => Int4Faults[number].AssertCaught((device, options) =>
    {
        var data = new Data<BFloat16>(new Problem(61, 4, 3, 160, 96, Fc1Layout.GateUp));
        QuantizedMoeWeights<BFloat16> weights = CodeData.Weights(data, WeightFormat.Int4Group, 32);
        using var layer = new PlantedInt4Layer(device.Context, weights, options);
        BFloat16[] output = Int8Harness.Run(device.Context, layer, data);
        double[] expected = ManagedMoe.ForwardDouble(weights, Activation.Swiglu, data.Input, data.Ids, data.Scales, 3);
        Assert.True(NumericContract.For(Dtype.BF16).Check<BFloat16>(output, expected, 160).Passed);
    });
}
