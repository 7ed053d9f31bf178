using System.Text.Json.Serialization;
using MoeGen.Cli.Commands;
using MoeGen.Cli.Quantizing;

namespace MoeGen.Cli.Output;

/// <summary>The JSON of every command, written without reflection. NaN and infinity are strings.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(ProblemReport))]
[JsonSerializable(typeof(InfoReport))]
[JsonSerializable(typeof(CheckReport))]
[JsonSerializable(typeof(RunReport))]
[JsonSerializable(typeof(EmitReport))]
[JsonSerializable(typeof(BenchReport))]
[JsonSerializable(typeof(TuneReport))]
[JsonSerializable(typeof(QuantizeReport))]
[JsonSerializable(typeof(ManifestContent))]
internal sealed partial class CliJson : JsonSerializerContext;
