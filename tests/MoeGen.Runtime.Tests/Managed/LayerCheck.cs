using Xunit;

namespace MoeGen.Tests;

/// <summary>The managed layer against the naive one, in double and in the element type.</summary>
internal static class LayerCheck
{
    /// <summary>Every activation.</summary>
    public static Activation[] Activations { get; } = Enum.GetValues<Activation>();

    public static Fc1Layout[] LayoutsOf(Activation activation) =>
        activation.IsGated() ? [Fc1Layout.GateUp, Fc1Layout.UpGate, Fc1Layout.Interleaved] : [Fc1Layout.Plain];

    /// <summary>Checks every layout that fits; returns the reference.</summary>
    public static NaiveLayer<T> AgreesInAllLayouts<T>(TestLayer<T> layer, Activation activation)
        where T : unmanaged
    {
        var naive = new NaiveLayer<T>(layer);
        double[] expected = naive.Run(activation);
        foreach (Fc1Layout layout in LayoutsOf(activation))
        {
            Agrees(layer, activation, layout, expected);
        }

        return naive;
    }

    public static void Agrees<T>(TestLayer<T> layer, Activation activation, Fc1Layout layout, double[] expected)
        where T : unmanaged
    {
        int h = layer.Shape.HiddenSize;
        double[] exact = layer.Double(activation, layout);
        Assert.InRange(Math.Sqrt(expected.Average(value => value * value)), 0.05, 50);
        Assert.InRange(MoeError.RelativeL2<double>(exact, expected), 0, 1e-14);
        Assert.InRange(MoeError.WorstTokenRelativeL2<double>(exact, expected, h), 0, 1e-13);

        double[] ideal = layer.Double(activation, layout, new ManagedOptions { Rounding = RoundingPoints.Output });
        ContractVerdict verdict = NumericContract.For(ElementType.DtypeOf<T>()).Check<T>(layer.Run(activation, layout), expected, h, ideal);
        Assert.True(verdict.Passed, $"{activation} {layout}: {verdict}");
    }
}
