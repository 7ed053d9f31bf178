using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace MoeGen.Runtime.Tests.Compilation;

/// <summary>
/// Every generated text, as committed in tests/Snapshots, through NVRTC for 8.0 and for 9.0, and every other one for 8.6 or 8.9, which differ
/// from 8.0 in neither limits nor instructions that the texts use: no error, no spill, and within the registers and shared memory that the
/// planner wrote into the generated C#. Needs no GPU.
/// </summary>
public abstract partial class SnapshotCompilationTests(string architecture)
{
    /// <summary>What a block may use of shared memory on 8.6, 8.9 and 12.x, in bytes: the bound of one variant of every ladder.</summary>
    private const int SmallestSharedMemory = 101376;

    /// <summary>A multiprocessor's on 8.0, what the system keeps of it for each block, and the decode kernel's rings for codes.</summary>
    private const int SharedMemoryOf80 = 164 * 1024, ReservedSharedMemory = 1024, RingBytes = 8 * 8704;

    /// <summary>The same on 8.0: the bound of all.</summary>
    private const int LargestSharedMemory = 166912;

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Snapshots");

    public static TheoryData<string> Texts => [.. Paths];

    /// <summary>Every fourth text, from the first.</summary>
    public static TheoryData<string> TextsFor86 => [.. Paths.Where((_, i) => i % 4 == 0)];

    /// <summary>Every fourth text, from the third.</summary>
    public static TheoryData<string> TextsFor89 => [.. Paths.Where((_, i) => i % 4 == 2)];

    private static IEnumerable<string> Paths =>
        Directory.EnumerateFiles(Folder, "*.verified.cu", SearchOption.AllDirectories).Order().Select(path => Path.GetRelativePath(Folder, path));

    private void Check(string snapshot)
    {
        if (!NvrtcCompiler.IsAvailable(out string reason))
        {
            Assert.Skip($"NOT RUN, no NVRTC (scripts/install-nvrtc brings it): {reason}");
        }

        string path = Path.Combine(Folder, snapshot);
        Dictionary<string, Plan> plans = ReadPlans(path.Replace(".verified.cu", ".g.verified.cs", StringComparison.Ordinal));
        Assert.NotEmpty(plans);
        CompiledKernel compiled = new NvrtcCompiler().Compile(File.ReadAllBytes(path), snapshot, architecture);
        Assert.Equal(KernelImageKind.Cubin, compiled.Kind);

        foreach (KernelResources kernel in compiled.Resources)
        {
            Assert.True(kernel.SpillStoreBytes + kernel.SpillLoadBytes + kernel.StackBytes == 0, $"{kernel} spills.");
        }

        // Two blocks with their rings fit a multiprocessor of 8.0.
        Assert.All(
            compiled.Resources.Where(kernel => kernel.Name == "moe_decode" && HasRings(path)),
            kernel => Assert.InRange(kernel.StaticSharedBytes, 1, (SharedMemoryOf80 / 2) - ReservedSharedMemory - RingBytes));

        // A ladder has tiles for every part; only a pinned one may be refused on some.
        Assert.True(plans.Count == 1 || plans.Values.Any(plan => plan.SharedMemoryBytes <= SmallestSharedMemory), "No variant fits 99 KB.");

        // A GEMM that cuBLAS or the class itself computes has no kernels; without any, a plan is only how the rows are sorted.
        string surface = File.ReadAllText(path.Replace(".verified.cu", ".g.verified.cs", StringComparison.Ordinal));
        int[] generated = surface.Contains("MoeGen.Gemm.Cublas", StringComparison.Ordinal)
            ? []
            : [.. Enumerable.Range(1, 2).Where(gemm => !surface.Contains($"ImplementsGemm{gemm} => true", StringComparison.Ordinal))];
        bool fuses = plans.Count > 1 && generated.Length == 2
            && !surface.Contains("MoeGen.WeightFormat.", StringComparison.Ordinal) && !surface.Contains("QuantizesActivations = true", StringComparison.Ordinal);
        string[] prefixes = fuses ? ["moe_gemms"] : [.. generated.Select(gemm => $"moe_gemm{gemm}")];
        foreach ((string variant, Plan plan) in plans)
        {
            KernelResources[] gemms = [.. compiled.Resources.Where(kernel => kernel.Name.EndsWith(variant, StringComparison.Ordinal))];
            Assert.Equal(prefixes.Select(prefix => $"{prefix}_{variant}"), gemms.Select(kernel => kernel.Name).Order());
            Assert.All(gemms, kernel => Assert.InRange(kernel.Registers, 1, plan.MaxRegisters));
            Assert.All(gemms, kernel => Assert.InRange(kernel.StaticSharedBytes + plan.SharedMemoryBytes, 1, LargestSharedMemory));
        }
    }

    private static bool HasRings(string path) => File.ReadAllText(path).Contains("constexpr int kStreamBytes", StringComparison.Ordinal);

    private static Dictionary<string, Plan> ReadPlans(string generatedCode) =>
        PlanLine().Matches(File.ReadAllText(generatedCode)).ToDictionary(
            match => match.Groups["name"].Value,
            match => new Plan(
                int.Parse(match.Groups["shared"].ValueSpan, CultureInfo.InvariantCulture),
                int.Parse(match.Groups["registers"].ValueSpan, CultureInfo.InvariantCulture)));

    [GeneratedRegex("""new\(Name: "(?<name>\w+)".*SharedMemoryBytes: (?<shared>\d+), MaxRegisters: (?<registers>\d+)""")]
    private static partial Regex PlanLine();

    private sealed record Plan(int SharedMemoryBytes, int MaxRegisters);

    // Classes of their own, so that they run at the same time.

    /// <summary>Compute capability 8.0.</summary>
    public sealed class ForSm80() : SnapshotCompilationTests("sm_80")
    {
        [Fact]
        public void At_least_twelve_configurations_have_snapshots() => Assert.InRange(Paths.Count(), 12, int.MaxValue);

        [Theory, MemberData(nameof(Texts))]
        public void Compiles_without_spills_as_planned(string snapshot) => Check(snapshot);
    }

    /// <summary>Compute capability 8.6.</summary>
    public sealed class ForSm86() : SnapshotCompilationTests("sm_86")
    {
        [Theory, MemberData(nameof(TextsFor86))]
        public void Compiles_without_spills_as_planned(string snapshot) => Check(snapshot);
    }

    /// <summary>Compute capability 8.9.</summary>
    public sealed class ForSm89() : SnapshotCompilationTests("sm_89")
    {
        [Theory, MemberData(nameof(TextsFor89))]
        public void Compiles_without_spills_as_planned(string snapshot) => Check(snapshot);
    }

    /// <summary>Compute capability 9.0.</summary>
    public sealed class ForSm90() : SnapshotCompilationTests("sm_90a")
    {
        [Theory, MemberData(nameof(Texts))]
        public void Compiles_without_spills_as_planned(string snapshot) => Check(snapshot);
    }
}
