namespace MoeGen.Cli.Commands;

/// <summary>The JSON of <c>moegen run</c>.</summary>
internal sealed record RunReport(string Family, string Backend, int Tokens, string Dtype, int Layer, string Output, string Device, bool Ok);
