namespace MoeGen.Cli.Commands;

/// <summary>The JSON of <c>moegen check</c>.</summary>
/// <param name="Family">config.json's model_type.</param>
/// <param name="Backend">managed or cuda.</param>
/// <param name="Tokens">T.</param>
/// <param name="Error">Relative L2 error of the whole output.</param>
/// <param name="WorstTokenError">That of the worst token.</param>
/// <param name="Ok">Whether both are within the contract.</param>
/// <param name="Dtype">Element type.</param>
/// <param name="Layer">Index of the layer.</param>
/// <param name="Against">What the output was compared with.</param>
/// <param name="Bound">Largest error that is allowed.</param>
/// <param name="WorstToken">Which token is worst.</param>
/// <param name="WorstTokenLimit">Largest error that is allowed there.</param>
/// <param name="DifferentChoices">Tokens whose experts are others than recorded; null where none were recorded.</param>
/// <param name="SameChoiceError">Relative L2 error without these tokens; null where there are none.</param>
/// <param name="Device">What ran it.</param>
/// <param name="Scheme">How the weights are quantised: w8a8, w8a16, w4a16 or mxfp4; null where they are not, or in another way.</param>
internal sealed record CheckReport(
    string Family, string Backend, int Tokens, double Error, double WorstTokenError, bool Ok,
    string Dtype, int Layer, string Against, double Bound, int WorstToken, double WorstTokenLimit, int? DifferentChoices, double? SameChoiceError, string Device, string? Scheme = null);
