using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace MoeGen.Tests;

/// <summary>The structs that launchers pass by value have the size that the CUDA text asserts.</summary>
public sealed partial class ArgumentLayoutTests
{
    private static readonly Dictionary<string, int> Sizes = new()
    {
        [nameof(SelectExpertsArguments)] = Unsafe.SizeOf<SelectExpertsArguments>(),
        [nameof(RouteArguments)] = Unsafe.SizeOf<RouteArguments>(),
        [nameof(SelectAndRouteArguments)] = Unsafe.SizeOf<SelectAndRouteArguments>(),
        ["RouterLogitsArguments"] = Unsafe.SizeOf<RouterLogitsArguments<BFloat16>>(),
        ["GemmsArguments"] = Unsafe.SizeOf<GemmsArguments<BFloat16>>(),
        ["Gemm1Arguments"] = Unsafe.SizeOf<Gemm1Arguments<BFloat16>>(),
        ["Gemm2Arguments"] = Unsafe.SizeOf<Gemm2Arguments<BFloat16>>(),
        ["PermuteArguments"] = Unsafe.SizeOf<PermuteArguments<BFloat16>>(),
        ["ApplyArguments"] = Unsafe.SizeOf<ApplyArguments<BFloat16>>(),
        ["DecodeArguments"] = Unsafe.SizeOf<DecodeArguments<BFloat16>>(),
        ["DecodeGemm1Arguments"] = Unsafe.SizeOf<DecodeGemm1Arguments<BFloat16>>(),
        ["DecodeGemm2Arguments"] = Unsafe.SizeOf<DecodeGemm2Arguments<BFloat16>>(),
        ["QuantizeArguments"] = Unsafe.SizeOf<QuantizeArguments<BFloat16>>(),
        ["RouteAndQuantizeArguments"] = Unsafe.SizeOf<RouteAndQuantizeArguments<BFloat16>>(),
        ["FinalizeSplitsArguments"] = Unsafe.SizeOf<FinalizeSplitsArguments<BFloat16>>(),
        ["FinalizeArguments"] = Unsafe.SizeOf<FinalizeArguments<BFloat16>>(),
    };

    // Pointers at the end, which kernels over unquantised weights do not declare.
    private const int BytesOfScales = 3 * sizeof(ulong);
    private const int BytesOfDecodeScales = 4 * sizeof(ulong);

    [Fact]
    public void Sizes_agree_with_the_cuda_text()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "Snapshots");
        var found = new HashSet<string>();
        foreach (string path in Directory.EnumerateFiles(folder, "*.verified.cu", SearchOption.AllDirectories))
        {
            foreach (Match match in SizeAssertion().Matches(File.ReadAllText(path)))
            {
                string name = match.Groups["name"].Value;
                found.Add(name);
                bool isQuantized = path.Contains("Int8", StringComparison.Ordinal) || path.Contains("Int4", StringComparison.Ordinal) || path.Contains("Mxfp4", StringComparison.Ordinal);
                int unread = isQuantized || name == "GemmsArguments" ? 0 : name.Contains("Gemm", StringComparison.Ordinal) ? BytesOfScales : name == "DecodeArguments" ? BytesOfDecodeScales : 0;
                Assert.Equal(Sizes[name] - unread, int.Parse(match.Groups["size"].ValueSpan, CultureInfo.InvariantCulture));
            }
        }

        Assert.Equal(Sizes.Keys.Order(), found.Order());
    }

    [Fact]
    public void The_decode_kernels_hold_as_many_slots_as_the_run_time_gives_them()
    {
        string ladder = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Snapshots", "Fp16SiluLadder", "LadderMoe.verified.cu"));
        Assert.Contains($"constexpr int kDecodeSlots = {GemmVariant.MaxDecodeSlots}; ", ladder, StringComparison.Ordinal);
        Assert.Contains($"constexpr int kSharedTileTokens = {WorkspaceLayout.MaxSharedTileTokens}; ", ladder, StringComparison.Ordinal);
        Assert.Contains("constexpr int kDecodeColumns = 16; ", ladder, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"static_assert\(sizeof\((?<name>\w+)\) == (?<size>\d+)")]
    private static partial Regex SizeAssertion();
}
