using MoeGen.Checkpoints;

namespace MoeGen.Cli.Blocks;

/// <summary>Whether a block's output is what it should be.</summary>
/// <param name="Verdict">Error of the whole and of the worst token, and whether both are within the contract.</param>
/// <param name="Against">What it was compared with.</param>
/// <param name="DifferentChoices">Tokens whose experts are others than recorded, in order; null where none were recorded.</param>
/// <param name="SameChoiceError">Relative L2 error of the other tokens; null where all are.</param>
internal sealed record BlockJudge(ContractVerdict Verdict, string Against, IReadOnlyList<int>? DifferentChoices, double? SameChoiceError)
{
    /// <summary>Allowed relative L2 error of fp32 against a recorded float32 output, which has an error of its own; a token's is twice that.</summary>
    public const double Fp32Bound = 1e-5;

    private const RoundingPoints AllPoints = RoundingPoints.Activation | RoundingPoints.ExpertOutput | RoundingPoints.Output;

    /// <summary>Judges an output; what was recorded of a block in integers is taken to be of its weights before.</summary>
    public static BlockJudge Of(BlockResult result, RecordedCall call, Dtype dtype, MoeBlock block)
    {
        int hiddenSize = block.Shape.HiddenSize;
        double[] expected = call.Expected ?? result.Reference(RoundingPoints.None);
        IReadOnlyList<int>? different = call.Ids is null ? null : DifferentTokens(result.Ids, call.Ids, call.Input.Length / hiddenSize);
        return new BlockJudge(
            BoundOf(call, dtype, block) is { } bound ? Judge(result.Output, expected, bound, hiddenSize) : Judge(result, expected, dtype, hiddenSize),
            call.Expected is null ? "managed reference in double precision" : "output_fp32",
            different,
            different is { Count: > 0 } ? ErrorWithout(different, result.Output, expected, hiddenSize) : null);
    }

    /// <summary>Largest relative L2 error of the whole output.</summary>
    public static double WholeBoundOf(RecordedCall call, Dtype dtype, MoeBlock block) => BoundOf(call, dtype, block) ?? NumericContract.For(dtype).Bound;

    // Null where the numeric contract of 16-bit types holds, in which ideal rounding counts.
    private static double? BoundOf(RecordedCall call, Dtype dtype, MoeBlock block) =>
        call.Expected is not null && QuantizedBound.Of(block) is { } quantized ? quantized
        : block.QuantizesActivations ? NumericContract.ForQuantizedActivations(dtype).Bound
        : dtype == Dtype.FP32 ? Fp32Bound : null;

    // What ideal rounding costs a token is needed only where one exceeds what is allowed without it.
    private static ContractVerdict Judge(BlockResult result, double[] expected, Dtype dtype, int hiddenSize)
    {
        NumericContract contract = NumericContract.For(dtype);
        ContractVerdict verdict = contract.Check<float>(result.Output, expected, hiddenSize);
        return verdict.Passed || !(verdict.RelativeL2 <= contract.Bound) ? verdict : contract.Check<float>(result.Output, expected, hiddenSize, result.Reference(AllPoints));
    }

    private static ContractVerdict Judge(float[] output, double[] expected, double bound, int hiddenSize)
    {
        ContractVerdict strict = NumericContract.For(Dtype.FP32).Check<float>(output, expected, hiddenSize);
        return strict with { Passed = strict.RelativeL2 <= bound && strict.WorstTokenError <= 2 * bound, WorstTokenLimit = 2 * bound };
    }

    private static int[] DifferentTokens(int[] chosen, int[] recorded, int tokens)
    {
        int topK = recorded.Length / tokens;
        return [.. Enumerable.Range(0, tokens).Where(token => !Row(chosen, token).SetEquals(Row(recorded, token)))];

        HashSet<int> Row(int[] ids, int token) => [.. ids.AsSpan(token * topK, topK)];
    }

    private static double? ErrorWithout(IReadOnlyList<int> tokens, float[] output, double[] expected, int hiddenSize)
    {
        int[] same = [.. Enumerable.Range(0, output.Length / hiddenSize).Except(tokens)];
        float[] actual = [.. same.SelectMany(token => output[(token * hiddenSize)..((token + 1) * hiddenSize)])];
        return same.Length == 0 ? null : MoeError.RelativeL2<float>(actual, [.. same.SelectMany(token => expected[(token * hiddenSize)..((token + 1) * hiddenSize)])]);
    }
}
