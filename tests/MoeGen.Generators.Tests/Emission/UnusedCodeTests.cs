using System.Text.RegularExpressions;
using MoeGen.Generators.Emit.Cuda;
using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests.Emission;

/// <summary>A text shows what its own kernels use and nothing else.</summary>
public sealed partial class UnusedCodeTests
{
    public static TheoryData<string> Snapshots => [.. Repository.Files(Repository.Snapshots, ".cu").Select(file => file.Path).Where(path => path.Contains(".verified.", StringComparison.Ordinal))];

    /// <summary>By counting words, without regard to how the text was made.</summary>
    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Every_constant_type_and_function_of_a_snapshot_is_used(string path)
    {
        string text = Comment().Replace(File.ReadAllText(Path.Combine(Repository.Snapshots, path)), "");
        Dictionary<string, int> words = Word().Matches(text).CountBy(match => match.Value).ToDictionary();
        string[] declared = Declaration().Matches(text).Select(match => match.Groups["name"].Value).ToArray();
        Assert.True(declared.Length > 25, $"{declared.Length} declarations found");
        Assert.Empty(declared.CountBy(name => name).Where(name => words[name.Key] <= name.Value).Select(name => name.Key));
    }

    /// <summary>What a text has to launch and what its class launches are one list, so that no kernel is compiled for nothing.</summary>
    [Theory]
    [MemberData(nameof(Snapshots))]
    public void Every_entry_point_of_a_snapshot_has_a_launcher(string path)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Snapshots, path));
        string surface = File.ReadAllText(Path.Combine(Repository.Snapshots, path.Replace(".verified.cu", ".g.verified.cs", StringComparison.Ordinal)));
        string[] entryPoints = [.. EntryPoint().Matches(text).Select(match => match.Groups["name"].Value).Order(StringComparer.Ordinal)];
        (string Field, string Name)[] launched = [.. Launched().Matches(surface).Select(match => (match.Groups["field"].Value, match.Groups["name"].Value))];
        Assert.True(entryPoints.Length > 4, $"{entryPoints.Length} entry points found");
        Assert.Equal(entryPoints, launched.Select(kernel => kernel.Name).Distinct().Order(StringComparer.Ordinal));
        Assert.All(launched, kernel => Assert.Matches($@"\b{kernel.Field}( \?\? throw [^;]*\))?\.Launch\(", surface));
    }

    /// <summary>A GEMM that the class implements has no kernel, of whatever variant; the other has one of each. Where both are generated of 16-bit operands and no tile is pinned, one kernel has both.</summary>
    [Theory]
    [InlineData("Fp16GegluCustomGemm/PluggedMoe", 1, 0, 0)]
    [InlineData("Bf16SwigluCustomGemm1/OwnGemm1Moe", 0, 7, 0)]
    [InlineData("Fp16ReluCustomGemms/OwnGemmsMoe", 0, 0, 0)]
    [InlineData("Bf16SwigluCublas/CublasMoe", 0, 0, 0)]
    [InlineData("Int8SwigluLadder/QuantizedMoe", 7, 7, 0)]
    [InlineData("Fp16SiluLadder/LadderMoe", 0, 0, 7)]
    public void A_gemm_that_is_not_generated_is_not_in_the_text(string path, int gemm1, int gemm2, int both)
    {
        string text = File.ReadAllText(Path.Combine(Repository.Snapshots, path + ".verified.cu"));
        Assert.Equal((gemm1, gemm2, both), (Count("moe_gemm1_"), Count("moe_gemm2_"), Count("moe_gemms_")));
        Assert.Equal((gemm1 + both > 0, gemm2 + both > 0), (text.Contains("gemm/gemm1.cuh", StringComparison.Ordinal), text.Contains("gemm/gemm2.cuh", StringComparison.Ordinal)));

        int Count(string prefix) => EntryPoint().Matches(text).Count(match => match.Groups["name"].Value.StartsWith(prefix, StringComparison.Ordinal));
    }

    [Fact]
    public void Unused_declarations_go_with_their_comments_and_assertions() => Assert.Equal(
        """
        // Head.

        constexpr int kUsed = 1;  // a comment

        // ---- b ---- Section.
        __device__ int used(int x) {
            return x + kUsed;
        }

        extern "C" __global__ void kernel(int x) { used(x); }

        """,
        LiveText.Of("""
        // Head.

        constexpr int kUsed = 1;  // a comment
        constexpr int kUnused = 2;

        // ---- a ---- All of it goes.
        // What it is.
        struct Unused { int x; };
        static_assert(sizeof(Unused) == 4, "goes with it");

        // ---- b ---- Section.
        __device__ int used(int x) {
            return x + kUsed;
        }

        // Only itself calls it.
        template <class Tile>
        __device__ __forceinline__ Unused circular(Unused x)
        #ifdef __CUDA_ARCH__
        {
            return circular(x);
        }
        #endif
        ;

        extern "C" __global__ void kernel(int x) { used(x); }

        """));

    [Theory]
    [InlineData("struct alignas(16) A { int x; };")]
    [InlineData("template <class T, int kN> struct A { T x[kN]; };")]
    [InlineData("template <class T> using A = T[4];")]
    [InlineData("using A = unsigned;")]
    [InlineData("constexpr unsigned A = 0xffu;")]
    [InlineData("constexpr int A[2] = {1, 2};")]
    [InlineData("template <class T> __device__ __forceinline__ T A(T x, int (&y)[4]) { return x; }")]
    [InlineData("__device__ __forceinline__ const float* A(int x) { return nullptr; }")]
    public void Each_form_of_declaration_is_known(string declaration)
    {
        const string Kernel = "extern \"C\" __global__ void kernel() { }\n";
        string used = $"{declaration}\n\n{Kernel.Replace("{ }", "{ A; }", StringComparison.Ordinal)}";
        Assert.Equal(Kernel, LiveText.Of($"{declaration}\n\n{Kernel}"));
        Assert.Equal(used, LiveText.Of(used));
    }

    [GeneratedRegex("//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"__global__[^;{]*?\b(?<name>moe_\w+)\(")]
    private static partial Regex EntryPoint();

    [GeneratedRegex(@"(?<field>_\w+) = [^;]*parts\.Kernel\(""\w*"", ""(?<name>\w+)""")]
    private static partial Regex Launched();

    [GeneratedRegex(@"[A-Za-z_]\w*")]
    private static partial Regex Word();

    [GeneratedRegex(@"(?:\bconstexpr (?:unsigned |int |float |bool )+|\bstruct (?:alignas\(\d+\) )?|\busing |__device__ [^(;{]*?)(?<name>\w+)(?=\(| =| \{)")]
    private static partial Regex Declaration();
}
