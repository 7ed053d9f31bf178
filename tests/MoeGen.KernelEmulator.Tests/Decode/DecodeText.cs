using System.Text;
using System.Text.RegularExpressions;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Texts whose decode kernels alone are run.</summary>
internal static partial class DecodeText
{
    /// <summary>Every call takes the decode kernels, and the tile variants, which take long to compile, have no bodies.</summary>
    /// <param name="change">What is done to the text besides.</param>
    public static MoeCudaOptions Options(Func<string, string>? change = null) => EmulatedKernelCompiler.Options(text =>
    {
        string shortened = TileBody().Replace(Encoding.UTF8.GetString(text), "{}");
        return Encoding.UTF8.GetBytes(change is null ? shortened : change(shortened));
    }) with { Variant = GemmVariant.Decode.Name };

    [GeneratedRegex(@"\{ __shared__ TileQueue queue; .*\}")]
    private static partial Regex TileBody();
}
