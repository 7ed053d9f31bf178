using MoeGen.Checkpoints;

namespace MoeGen.Cli.Quantizing;

/// <summary>One matrix to quantise.</summary>
/// <param name="Name">The module's name in the output: NAME.weight_packed and so on.</param>
/// <param name="Expert">Which expert's; of the shared one, the number of routed experts.</param>
/// <param name="Role">What it is in the expert.</param>
/// <param name="Part">Where it is in the source.</param>
internal sealed record ModuleJob(string Name, int Expert, ModuleRole Role, MatrixPart Part);
