using Microsoft.CodeAnalysis;

namespace MoeGen.Generators.Tests.Robustness;

/// <summary>A wrong configuration still gets its C# surface, so that code that uses the layer adds no error to MoeGen's own.</summary>
public sealed class ErrorListTests
{
    // Everything that a class has whatever its configuration.
    private const string Use = """
        static class Use
        {
            public static L OnGpu(MoeGen.CudaContext context, MoeGen.WEIGHTS<TYPE> weights) => new(context, weights);
            public static L OnDevice(MoeGen.CudaContext context, MoeGen.DeviceWEIGHTS<TYPE> weights) => new(context, weights, new MoeGen.MoeCudaOptions());
            public static L Managed(MoeGen.WEIGHTS<TYPE> weights) => new(new MoeGen.ManagedBackend(), weights);
            public static string Name => L.Descriptor.Name + L.CudaSource.Length;
            public static void Forward(L layer, System.ReadOnlyMemory<TYPE> input) { using (layer) { _ = layer.ToString(); _ = input; } }
            public static MoeGen.IMoeLaunchers<TYPE> Launch(MoeGen.KernelParts parts) => Create<L>(parts);
            static MoeGen.IMoeLaunchers<TYPE> Create<T>(MoeGen.KernelParts parts) where T : MoeGen.IMoeDescriptor<T, TYPE> => T.CreateLaunchers(parts);
        }
        """;

    public static TheoryData<string, string> WrongArguments => new()
    {
        { "MOE001", "" },
        { "MOE001", "Activation = Activation.Relu" },
        { "MOE002", "Dtype = (Dtype)99" },
        { "MOE002", "Dtype = Dtype.BF16, Activation = (Activation)(-1)" },
        { "MOE002", "Dtype = Dtype.BF16, Routing = (RoutingMethod)77" },
        { "MOE002", "Dtype = Dtype.BF16, Gemm = (Gemm)9" },
        { "MOE003", "Dtype = Dtype.BF16, Tile = \"128\"" },
        { "MOE003", "Dtype = Dtype.BF16, Tile = \"99999999999x64\"" },
        { "MOE004", "Dtype = Dtype.BF16, Tile = \"128x65\"" },
        { "MOE005", "Dtype = Dtype.BF16, Stages = 1" },
        { "MOE005", "Dtype = Dtype.BF16, Stages = int.MaxValue" },
        { "MOE006", "Dtype = Dtype.BF16, Tile = \"256x128x128\", Stages = 8" },
        { "MOE007", "Dtype = Dtype.BF16, Tile = \"256x256\"" },
        { "MOE012", "Dtype = Dtype.BF16, Gemm = Gemm.Cublas, Tile = \"64x64\"" },
        { "MOE012", "Dtype = Dtype.BF16, SwigluAlpha = 1" },
        { "MOE013", "Dtype = Dtype.BF16, NumExperts = 2000" },
        { "MOE014", "Dtype = Dtype.BF16, TopK = 0" },
        { "MOE015", "Dtype = Dtype.BF16, Routing = RoutingMethod.SoftmaxTopK, NumExperts = 8, TopK = 9" },
        { "MOE016", "Dtype = Dtype.BF16, HiddenSize = 7" },
        { "MOE017", "Dtype = Dtype.BF16, Activation = Activation.SwigluOai, SwigluLimit = -1" },
        { "MOE018", "Dtype = Dtype.BF16, Gemm = Gemm.Custom" },
        { "MOE019", "Dtype = Dtype.BF16, Gemm = Gemm.Custom" },
        { "MOE005", "Dtype = Dtype.FP16, Stages = -1" },
        { "MOE023", "Dtype = Dtype.BF16" },
        { "MOE024", "Dtype = Dtype.INT8, Gemm = Gemm.Cublas" },
        { "MOE024", "Dtype = Dtype.BF16, Weights = WeightFormat.Int4Group, GroupSize = 16" },
        { "MOE024", "Dtype = Dtype.INT8, OutputDtype = Dtype.FP32" },
        { "MOE012", "Dtype = Dtype.BF16, OutputDtype = Dtype.BF16" },
    };

    public static TheoryData<string, string> WrongClasses => new()
    {
        { "MOE008", "[MoeConfig(Dtype = Dtype.BF16)] public class L;" },
        { "MOE009", "public class Outer { [MoeConfig(Dtype = Dtype.BF16)] public partial class L; }" },
        { "MOE010", "[MoeConfig(Dtype = Dtype.BF16)] public static partial class L;" },
        { "MOE010", "[MoeConfig(Dtype = Dtype.BF16)] public partial class L<T>;" },
        { "MOE010", "[MoeConfig(Dtype = Dtype.BF16)] public partial class L(int x) { public int X => x; }" },
        { "MOE010", "[MoeConfig(Dtype = Dtype.BF16)] public partial record L;" },
        { "MOE010", "[MoeConfig(Dtype = Dtype.BF16)] public partial class Launchers;" },
        { "MOE011", "[MoeConfig(Dtype = Dtype.BF16)] public partial class L : System.Exception;" },
    };

    [Theory]
    [MemberData(nameof(WrongArguments))]
    public async Task Wrong_argument_is_the_only_error_though_the_layer_is_used(string id, string arguments)
    {
        string element = arguments.Contains("FP16", StringComparison.Ordinal) ? "System.Half" : "MoeGen.BFloat16";
        string weights = (arguments.Contains("INT8", StringComparison.Ordinal) || arguments.Contains("Weights = ", StringComparison.Ordinal)) ? "QuantizedMoeWeights" : "MoeWeights";
        string body = id switch
        {
            "MOE019" => " { void Gemm1(int a) { } }",
            "MOE023" => " { public class Launchers; }",
            _ => ";",
        };
        Workbench bench = await Workbench.RunAsync(Workbench.Compile(
            [$"using MoeGen; [MoeConfig({arguments})] public partial class L{body}", Use.Replace("TYPE", element, StringComparison.Ordinal).Replace("WEIGHTS", weights, StringComparison.Ordinal)]));
        Assert.Equal([id], Errors(bench));
        Assert.Empty(bench.Files.Where(file => file.HintName.Contains(".Cuda.", StringComparison.Ordinal)));
    }

    /// <summary>Nothing can be added to these; then nothing is, and the compiler has nothing to say about what MoeGen adds.</summary>
    [Theory]
    [MemberData(nameof(WrongClasses))]
    public async Task Wrong_class_is_the_only_error_where_it_stands(string id, string source)
    {
        Workbench bench = await Workbench.RunAsync(Workbench.Compile(["using MoeGen; " + source]));
        Assert.Equal([id], Errors(bench));
        Assert.Empty(bench.Files);
    }

    [Fact]
    public void Every_rule_that_reports_an_error_is_among_the_cases()
    {
        string[] tested = [.. WrongArguments.Select(row => row.Data.Item1), .. WrongClasses.Select(row => row.Data.Item1)];
        string[] rules = typeof(Validation.RuleIds).GetFields().Select(field => (string)field.GetRawConstantValue()!)
            .Where(id => Diagnostics.DiagnosticDescriptors.Of(id).DefaultSeverity == DiagnosticSeverity.Error)
            .ToArray();
        Assert.Empty(rules.Except(tested));
    }

    private static IEnumerable<string> Errors(Workbench bench)
    {
        Assert.Empty(bench.Thrown);
        return bench.ErrorList().Select(error => error.Id).Distinct();
    }
}
