using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>
/// Pairwise over layer (dtype, activation, tile, GEMM), T, E, K, H x I, layout, biases, per-expert constants and ids, each
/// case against the managed backend in double precision within the numeric contract.
/// </summary>
public sealed class GridTests
{
    private static readonly int[] Tokens = [0, 1, 2, 3, 8, 15, 64, 73, 257, 1000];
    private static readonly int[] Experts = [1, 4, 10, 64, 130, 512];
    private static readonly int[] TopKs = [1, 2, 4, 8];
    private static readonly (int H, int I)[] Sizes = [(8, 8), (72, 40), (136, 200), (264, 136), (128, 256)];
    private static readonly Fc1Layout[] Layouts = [Fc1Layout.GateUp, Fc1Layout.UpGate, Fc1Layout.Interleaved];
    private static readonly IdPattern[] Patterns = [IdPattern.Distinct, IdPattern.Repeating, IdPattern.OneExpert, IdPattern.Invalid];

    private static readonly (string Name, Action<GridCase> Run)[] Layers =
    [
        Layer<Bf16SwigluPinned, BFloat16>((context, weights, options) => new(context, weights, options)),
        Layer<Bf16SwigluLadder, BFloat16>((context, weights, options) => new(context, weights, options)),
        Layer<Fp16SwigluWide, Half>((context, weights, options) => new(context, weights, options)),
        Layer<Fp16SiluLadder, Half>((context, weights, options) => new(context, weights, options)),
        Layer<Fp16Geglu, Half>((context, weights, options) => new(context, weights, options)),
        Layer<Bf16GegluTanh, BFloat16>((context, weights, options) => new(context, weights, options)),
        Layer<Bf16SwigluOai, BFloat16>((context, weights, options) => new(context, weights, options)),
        Layer<Fp16SwigluStep, Half>((context, weights, options) => new(context, weights, options)),
        Layer<Fp16GeluTanh, Half>((context, weights, options) => new(context, weights, options)),
        Layer<Bf16Relu2, BFloat16>((context, weights, options) => new(context, weights, options)),
        Layer<Fp16Identity, Half>((context, weights, options) => new(context, weights, options)),
        Layer<Bf16Custom, BFloat16>((context, weights, options) => new(context, weights, options)),
        Layer<Bf16Cublas, BFloat16>((context, weights, options) => new(context, weights, options)),
        Layer<Fp16Cublas, Half>((context, weights, options) => new(context, weights, options)),
    ];

    private static readonly List<int[]> Rows =
        Pairwise.Cover(Layers.Length, Tokens.Length, Experts.Length, TopKs.Length, Sizes.Length, Layouts.Length, 2, 2, 2, Patterns.Length);

    // Under a slow tool: about this many cases, spread over the grid; all where the variable is not set.
    private static readonly int Step =
        int.TryParse(Environment.GetEnvironmentVariable("MOEGEN_GRID_CASES"), out int cases) ? Math.Max(1, Rows.Count / cases) : 1;

    public static TheoryData<string> Names => [.. Layers.Select(layer => layer.Name)];

    [Fact]
    public void The_grid_has_at_most_400_cases() => Assert.InRange(Rows.Count, Layers.Length * Tokens.Length, 400);

    [Theory, MemberData(nameof(Names))]
    public void Cases_of(string layer)
    {
        // Skips the test, with the reason, where there is no device or not the library that the layer needs.
        _ = layer.EndsWith("Cublas", StringComparison.Ordinal) ? Gpu.RequireCublas() : Gpu.Context;
        int index = Array.FindIndex(Layers, candidate => candidate.Name == layer);
        var failures = new List<string>();
        foreach (int[] row in Rows.Where((row, number) => row[0] == index && number % Step == 0))
        {
            GridCase shape = Case(row);
            try
            {
                Layers[index].Run(shape);
            }
            catch (Xunit.Sdk.XunitException failure)
            {
                failures.Add($"{shape}: {failure.Message}");
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    private static GridCase Case(int[] row)
    {
        (int H, int I)[] sizes = [.. Sizes.Where(size => size.H <= Gpu.GridLimit.Hidden)];
        (int h, int i) = sizes[row[4] % sizes.Length];
        int experts = Math.Min(Experts[row[2]], Gpu.GridLimit.Experts);
        int topK = TopKs[row[3]];
        IdPattern pattern = Patterns[row[9]];
        return new GridCase(
            Math.Min(Tokens[row[1]], Gpu.GridLimit.Tokens), experts, topK, h, i, Layouts[row[5]], row[6] == 1, row[7] == 1, row[8] == 1,
            pattern == IdPattern.Distinct && topK > experts ? IdPattern.Repeating : pattern);
    }

    private static (string Name, Action<GridCase> Run) Layer<TLayer, T>(MakeLayerWith<TLayer, T> make)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged => (typeof(TLayer).Name, shape => Check(make, shape));

    private static void Check<TLayer, T>(MakeLayerWith<TLayer, T> make, GridCase shape)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        MoeDescriptor descriptor = TLayer.Descriptor;
        MoeWeights<T> weights = GridData<T>.Weights(shape, descriptor.Activation);
        T[] input = GridData<T>.Input(shape);
        var routing = new Routing(shape);
        Run(Gpu.Options);

        // A pinned tile at every size, beside what calls of few tokens run.
        if (descriptor is { Decodes: true, Variants.Count: 1 } && shape.T * shape.K <= GemmVariant.MaxDecodeSlots)
        {
            Run(LayerHarness.TileOf(descriptor));
        }

        void Run(MoeCudaOptions? options)
        {
            using TLayer layer = make(Gpu.Context, weights, options);
            var output = new T[input.Length];
            layer.Forward(input, routing.Ids, routing.Scales, output);
            if (shape.T > 0)
            {
                AssertContract(output);
            }
        }

        void AssertContract(T[] output)
        {
            double[] expected = Reference(RoundingPoints.None);
            double[] ideal = Reference(LayerHarness.KernelRounding);
            ContractVerdict verdict = NumericContract.For(descriptor.Dtype).Check<T>(output, expected, shape.H, ideal);

            // The bound of the whole is a mean over many elements; of a few dozen, ideal rounding alone may exceed it by chance.
            bool fewElements = output.Length < 1024 && verdict.WorstTokenError <= verdict.WorstTokenLimit
                && verdict.RelativeL2 <= 1.2 * MoeError.RelativeL2<double>(ideal, expected);
            Assert.True(verdict.Passed || fewElements, verdict.ToString());
        }

        double[] Reference(RoundingPoints rounding) => ManagedMoe.ForwardDouble<T>(
            weights, descriptor.Activation, input, routing.Ids, routing.Scales, shape.K, new ManagedOptions { Rounding = rounding }, descriptor.Swiglu);
    }
}
