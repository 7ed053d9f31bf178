using MoeGen.Generators.Models;

namespace MoeGen.Generators.Emit.Cuda;

/// <summary>
/// Decides a template's <c>#ifdef MOE_...</c>, so that a text shows its own configuration alone. Templates do not nest
/// them in each other; other conditions may be inside.
/// </summary>
internal static class Conditions
{
    private const string Begin = "#ifdef MOE_";

    /// <summary>What a configuration defines.</summary>
    public static IEnumerable<string> Of(MoeModel model) => new (string Name, bool Holds)[]
    {
        ("MOE_INPUT_SCALES", model.Routing == RoutingMethod.TopKSigmoidInput), // routing scales the experts' input
        ("MOE_SORTED_OUTPUT", model.Gemm != Gemm.TensorCore), // GEMM2's rows lie in sorted order, without biases
        ("MOE_SCALES", model.Weights.IsQuantized), // weights have scales
        ("MOE_INT8", model.Weights.QuantizesActivations), // both operands are 8-bit integers
        ("MOE_SATURATED", model is { Dtype: Dtype.FP16, Weights.IsQuantized: true }), // what is rounded to FP16 between the GEMMs and behind them holds no infinity
        ("MOE_CODES", model.Weights is { IsQuantized: true, QuantizesActivations: false }), // weights are codes, activations elements
        ("MOE_INT8_WEIGHTS", model.Weights is { Format: WeightFormat.Int8PerChannel, QuantizesActivations: false }),
        ("MOE_ZERO_POINTS", model.Weights.ZeroPoints),
        ("MOE_FUSED", model.FusesGemms), // one kernel has both GEMMs
        ("MOE_DEPTH_SPLITS", model.DividesDepth), // GEMM2's tiles may divide their depth among blocks
    }.Where(condition => condition.Holds).Select(condition => condition.Name);

    /// <summary>The template with the lines of its conditions that hold; null stays null.</summary>
    public static string? Apply(string? template, IReadOnlyCollection<string> defined)
    {
        if (template is null || template.IndexOf(Begin, StringComparison.Ordinal) < 0)
        {
            return template;
        }

        List<string> kept = [];
        bool? holds = null;
        int inner = 0;
        foreach (string line in template.Replace("\r\n", "\n").Split('\n'))
        {
            if (line.StartsWith(Begin, StringComparison.Ordinal))
            {
                holds = defined.Contains(line.Substring("#ifdef ".Length).Trim());
            }
            else if (holds is { } here && inner == 0 && line is ("#else" or "#endif"))
            {
                holds = line == "#else" ? !here : null;
            }
            else
            {
                inner += holds is null ? 0 : line.StartsWith("#if", StringComparison.Ordinal) ? 1 : line == "#endif" ? -1 : 0;
                if (holds != false)
                {
                    kept.Add(line);
                }
            }
        }

        return string.Join("\n", kept);
    }
}
