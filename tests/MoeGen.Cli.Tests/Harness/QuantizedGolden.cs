namespace MoeGen.Cli.Tests.Harness;

/// <summary>The recorded checkpoints, quantised by <c>moegen quantize</c>.</summary>
internal static class QuantizedGolden
{
    /// <summary>What is asked of the quantiser, in one word.</summary>
    public static string[] Schemes { get; } = ["w8a8", "w8a16", "w4a16", "w4a16-zero-points"];

    /// <summary>Each family, scheme and element type.</summary>
    public static TheoryData<string, string, string> Cases =>
        [.. from family in Golden.Families from scheme in Schemes from dtype in new[] { "bf16", "fp16" } select (family, scheme, dtype)];

    /// <summary>Quantises a family into the folder; 4 bits in groups of 32, which divide the recorded sizes.</summary>
    public static string Write(string family, string scheme, TestFolder folder)
    {
        string output = folder.File("quantized");
        string[] options = scheme switch
        {
            "w4a16" => [scheme, "--group-size", "32"],
            "w4a16-zero-points" => ["w4a16", "--group-size", "32", "--zero-points"],
            _ => [scheme],
        };
        CliRun.Of(["quantize", Golden.Folder(family), "--scheme", .. options, "-o", output]).AssertExit(0);
        return output;
    }

    /// <summary>The scheme as reports name it.</summary>
    public static string WordOf(string scheme) => scheme.Split("-")[0];
}
