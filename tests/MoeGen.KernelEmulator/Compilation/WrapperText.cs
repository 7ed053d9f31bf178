using System.Text;
using System.Text.RegularExpressions;

namespace MoeGen.KernelEmulator;

/// <summary>
/// The file that the host compiler gets: it includes the CUDA text unmodified, then the host definitions of the primitives
/// that the text's banners name, then a table of the text's kernels.
/// </summary>
internal static partial class WrapperText
{
    public static string Write(string text, string fileName)
    {
        var wrapper = new StringBuilder($"#include \"{fileName}\"\n");
        foreach (Match banner in Banner().Matches(text))
        {
            wrapper.Append($"#include \"primitives/{banner.Groups["name"].Value}.h\"\n");
        }

        wrapper.Append("#include \"kernel_table.h\"\n\nextern \"C\" const moegen_kernel moegen_kernels[] = {\n");
        MatchCollection kernels = Kernel().Matches(text);
        foreach (Match kernel in kernels)
        {
            wrapper.Append($"    MOEGEN_KERNEL({kernel.Groups["name"].Value}, ({kernel.Groups["threads"].Value})),\n");
        }

        return wrapper.Append($"}};\nextern \"C\" const int moegen_kernel_count = {kernels.Count};\n").ToString();
    }

    [GeneratedRegex(@"^// ---- primitives/(?<name>\w+)\.cuh ----", RegexOptions.Multiline)]
    private static partial Regex Banner();

    [GeneratedRegex(@"extern ""C"" __global__ void __launch_bounds__\((?<threads>[^,)]*)[^)]*\)\s*(?<name>\w+)\(")]
    private static partial Regex Kernel();
}
