using System.Globalization;
using MoeGen.Cli;
using MoeGen.Cli.Output;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
return CommandLine.Run(args, Terminal.OfProcess());
