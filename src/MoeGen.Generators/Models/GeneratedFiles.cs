namespace MoeGen.Generators.Models;

/// <summary>The files of one class.</summary>
/// <param name="HintName">Start of the file names.</param>
/// <param name="Surface">C# half; null where nothing is emitted.</param>
/// <param name="Cuda">CUDA text as a C# member; null without GPU kernels.</param>
internal sealed record GeneratedFiles(string HintName, string? Surface, string? Cuda);
