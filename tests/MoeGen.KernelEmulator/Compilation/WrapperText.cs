using System.Text;
using System.Text.RegularExpressions;

namespace MoeGen.KernelEmulator;

/// <summary>
/// The file that the host compiler gets: it includes the CUDA text unmodified, then the host definitions of the primitives
/// that the text's banners name, then a table of the text's kernels.
/// </summary>
internal static partial class WrapperText
{
    private const string PartMacro = "#define MOE_PART_", Guard = "#if !defined(MOE_PART) || defined(MOE_PART_";

    /// <summary>What stands in front of a text of which one part is compiled; its lines keep their numbers.</summary>
    public static string Macros(string part) => $"#define MOE_PART\n{PartMacro}{part}\n#line 1\n";

    public static string Write(string text, string fileName)
    {
        var wrapper = new StringBuilder($"#include \"{fileName}\"\n");
        foreach (Match banner in Banner().Matches(text))
        {
            wrapper.Append($"#include \"primitives/{banner.Groups["name"].Value}.h\"\n");
        }

        wrapper.Append("#include \"kernel_table.h\"\n\nextern \"C\" const moegen_kernel moegen_kernels[] = {\n");
        MatchCollection kernels = Kernel().Matches(WithoutOtherParts(text));
        foreach (Match kernel in kernels)
        {
            wrapper.Append($"    MOEGEN_KERNEL({kernel.Groups["name"].Value}, ({kernel.Groups["threads"].Value})),\n");
        }

        return wrapper.Append($"}};\nextern \"C\" const int moegen_kernel_count = {kernels.Count};\n").ToString();
    }

    private static string WithoutOtherParts(string text)
    {
        int macro = text.IndexOf(PartMacro, StringComparison.Ordinal);
        if (macro < 0)
        {
            return text;
        }

        string own = Guard + text[(macro + PartMacro.Length)..text.IndexOf('\n', macro)] + ")";
        List<string> kept = [];
        int skipped = 0;  // conditions that are open within another part
        foreach (string line in text.Split('\n'))
        {
            bool opens = line.StartsWith("#if", StringComparison.Ordinal);
            skipped += skipped > 0 ? opens ? 1 : line == "#endif" ? -1 : 0 : line.StartsWith(Guard, StringComparison.Ordinal) && line != own ? 1 : 0;
            if (skipped == 0)
            {
                kept.Add(line);
            }
        }

        return string.Join('\n', kept);
    }

    [GeneratedRegex(@"^// ---- primitives/(?<name>\w+)\.cuh ----", RegexOptions.Multiline)]
    private static partial Regex Banner();

    [GeneratedRegex(@"extern ""C"" __global__ void __launch_bounds__\((?<threads>[^,)]*)[^)]*\)\s*(?<name>\w+)\(")]
    private static partial Regex Kernel();
}
