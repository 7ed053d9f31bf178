using System.Globalization;
using System.Text.RegularExpressions;
using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Property.Tests;

/// <summary>What was planned fits a multiprocessor, is what was asked for, and is what the text holds.</summary>
internal static partial class PlanCheck
{
    /// <summary>Checks the variants that the generated half states.</summary>
    public static void Run(string source, GeneratorRun run)
    {
        GemmVariant[] variants = [.. Variant().Matches(run.Surface).Select(Read)];
        if (run.Cuda is not { } text)
        {
            Assert.Empty(variants);
            return;
        }

        Assert.NotEmpty(variants);
        Assert.Equal(variants.OrderBy(variant => variant.TileM).ThenBy(variant => variant.TileN).Select(variant => variant.Name).Distinct(), variants.Select(variant => variant.Name));
        int elementBytes = run.Surface.Contains("QuantizesActivations = true", StringComparison.Ordinal) ? 1 : 2;
        Assert.All(variants, variant => Fits(variant, elementBytes));

        // Of a GEMM that cuBLAS or the class itself computes nothing is generated; without any, a variant is only how the rows are sorted.
        IEnumerable<int> generated = run.Surface.Contains("MoeGen.Gemm.Cublas", StringComparison.Ordinal)
            ? []
            : Enumerable.Range(1, 2).Where(gemm => !run.Surface.Contains($"ImplementsGemm{gemm} => true", StringComparison.Ordinal));
        bool fuses = variants.Length > 1 && generated.Count() == 2 && elementBytes == 2 && !run.Surface.Contains("MoeGen.WeightFormat.", StringComparison.Ordinal);
        IEnumerable<string> kernels = fuses ? ["gemms"] : generated.Select(gemm => $"gemm{gemm}");
        CudaTextCheck.Run(text, [.. kernels.SelectMany(kernel => variants.Select(variant => $"moe_{kernel}_{variant.Name}"))]);

        // The kernels for few tokens are both GEMMs, beside a ladder and beside a pinned tile.
        bool decodes = generated.Count() == 2;
        Assert.Equal((decodes, decodes), (run.Surface.Contains("Decodes = true", StringComparison.Ordinal), DecodeKernel().IsMatch(text)));
        if (Pinned().Match(source) is { Success: true } tile)
        {
            GemmVariant only = Assert.Single(variants);
            Assert.Equal((Number(tile, "m"), Number(tile, "n"), tile.Groups["k"].Success ? Number(tile, "k") : 128 / elementBytes), (only.TileM, only.TileN, only.TileK));
        }
    }

    private static void Fits(GemmVariant plan, int elementBytes)
    {
        Assert.Equal(plan.Stages * (plan.TileM + plan.TileN) * plan.TileK * elementBytes, plan.SharedMemoryBytes);
        Assert.InRange(plan.SharedMemoryBytes, 1, 163 * 1024);
        Assert.InRange(plan.MinBlocksPerSm * (plan.SharedMemoryBytes + 1024), 1, 227 * 1024);
        Assert.InRange(plan.Stages, 2, 8);
        Assert.InRange(plan.Threads, 32, 1024);
        Assert.Equal(0, plan.Threads % 32);
        Assert.InRange(plan.MaxRegisters, 32, 255);
        Assert.InRange(plan.MinBlocksPerSm, 1, 4);

        // The hardware hands registers out in eights, so 255 a thread cost 256.
        Assert.InRange((plan.MaxRegisters + 7) / 8 * 8 * plan.Threads * plan.MinBlocksPerSm, 1, 65536);
        Assert.InRange(plan.TileM * plan.TileN / plan.Threads, 1, plan.MaxRegisters - 64);
    }

    private static GemmVariant Read(Match match) => new(
        match.Groups["Name"].Value, Number(match, "TileM"), Number(match, "TileN"), Number(match, "TileK"), Number(match, "Stages"), Number(match, "Threads"),
        Number(match, "SharedMemoryBytes"), Number(match, "MaxRegisters"), Number(match, "MinBlocksPerSm"));

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("new\\(Name: \"(?<Name>\\w+)\", TileM: (?<TileM>\\d+), TileN: (?<TileN>\\d+), TileK: (?<TileK>\\d+), Stages: (?<Stages>\\d+), Threads: (?<Threads>\\d+), SharedMemoryBytes: (?<SharedMemoryBytes>\\d+), MaxRegisters: (?<MaxRegisters>\\d+), MinBlocksPerSm: (?<MinBlocksPerSm>\\d+)\\)")]
    private static partial Regex Variant();

    [GeneratedRegex(" moe_decode(_gemm1)?\\(")]
    private static partial Regex DecodeKernel();

    [GeneratedRegex("Tile = @?\"(?<m>\\d+)x(?<n>\\d+)(x(?<k>\\d+))?\"")]
    private static partial Regex Pinned();
}
