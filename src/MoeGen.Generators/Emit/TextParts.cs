using MoeGen.Generators.Models;

namespace MoeGen.Generators.Emit;

/// <summary>
/// The parts of a CUDA text that can be compiled apart: named groups of entry points, each within a guard. Without an option
/// the compiler sees all of them.
/// </summary>
internal static class TextParts
{
    /// <summary>What every call runs: routing, finalize and what stands around a GEMM from outside.</summary>
    public const string Stages = "stages";

    /// <summary>The kernels for few tokens.</summary>
    public const string Decode = "decode";

    private const string Macro = "MOE_PART";

    /// <summary>Whether the text has parts: where a call never needs all of it. One tile alone compiles in about a second as it is.</summary>
    public static bool IsSplit(MoeModel model) => model.Variants.Count > 1 || model.Decodes;

    /// <summary>All parts, in the order of the text.</summary>
    public static IEnumerable<string> Of(MoeModel model) =>
        new[] { Stages }.Concat(model.Decodes ? [Decode] : []).Concat(model.Variants.Select(plan => plan.Name));

    /// <summary>The part whose entry points a template holds; null where it holds none of its own.</summary>
    public static string? OfTemplate(string path) => path.Substring(0, path.IndexOf('/')) switch
    {
        "gemm" => null,
        "decode" => Decode,
        _ => Stages,
    };

    /// <summary>The lines of a part within its guard; as they are where the text has no parts.</summary>
    public static string Guard(MoeModel model, string part, string lines) =>
        IsSplit(model) ? $"#if !defined({Macro}) || defined({Macro}_{part})\n{lines}\n#endif" : lines;
}
