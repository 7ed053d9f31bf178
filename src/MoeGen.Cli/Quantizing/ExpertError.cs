namespace MoeGen.Cli.Quantizing;

/// <summary>What quantising cost an expert.</summary>
/// <param name="Layer">Index of the layer.</param>
/// <param name="Expert">Index of the expert; the shared one's is the number of routed experts.</param>
/// <param name="WeightError">Relative L2 error of all its weights.</param>
/// <param name="Scales">Powers of two that its scales lie in.</param>
/// <param name="OutputError">Relative L2 error of its output on the calibration's tokens; null without calibration, and where no token came to it.</param>
/// <param name="Samples">The calibration's tokens that came to it; null without calibration.</param>
/// <param name="Fallback">True where error feedback was asked for and too few tokens came to it, so that its fc2 is quantised as with mse and no samples; otherwise null.</param>
internal sealed record ExpertError(
    int Layer, int Expert, double WeightError, ScaleHistogram Scales, double? OutputError, int? Samples = null, bool? Fallback = null);
