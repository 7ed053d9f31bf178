using System.Text;
using System.Text.RegularExpressions;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Texts of classes that pin a tile, whose tile alone is run.</summary>
internal static partial class TileText
{
    /// <summary>Every call takes the tile, however few its tokens, and the decode kernels, which take long to compile, are left out.</summary>
    public static MoeCudaOptions Options(MoeDescriptor descriptor) =>
        EmulatedKernelCompiler.Options(text => Encoding.UTF8.GetBytes(WithoutDecode(Encoding.UTF8.GetString(text)))) with { Variant = descriptor.Variants.Single().Name };

    /// <summary>The text without the entry points of its decode part, which holds no condition of its own.</summary>
    public static string WithoutDecode(string text) => DecodePart().Replace(text, "");

    [GeneratedRegex(@"^#if !defined\(MOE_PART\) \|\| defined\(MOE_PART_decode\)\n(?:(?!#if|#endif).*\n)*#endif\n", RegexOptions.Multiline)]
    private static partial Regex DecodePart();
}
