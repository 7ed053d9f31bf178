namespace MoeGen.Cli.Timing;

/// <summary>One number of tokens.</summary>
/// <param name="Tokens">T.</param>
/// <param name="Variant">The kernels that ran.</param>
/// <param name="Reason">Why these.</param>
/// <param name="Microseconds">Median of the repetitions, weights not in the L2 cache.</param>
/// <param name="P10">A tenth were faster.</param>
/// <param name="P90">Nine tenths were faster.</param>
/// <param name="ExpertsTouched">Experts that some token chose.</param>
/// <param name="Tflops">Floating-point operations of the GEMMs over the median time, in 10^12 a second.</param>
/// <param name="GbPerS">Bytes of the touched experts' weights, input and output over the median time, in 10^9 a second.</param>
internal sealed record BenchRow(
    int Tokens, string Variant, string Reason, double Microseconds, double P10, double P90, int ExpertsTouched, double Tflops, double GbPerS);
