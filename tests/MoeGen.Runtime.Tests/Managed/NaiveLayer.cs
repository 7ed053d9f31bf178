namespace MoeGen.Tests;

/// <summary>The layer in three nested loops and double precision, written independently, with a count of what the limits cut.</summary>
internal sealed class NaiveLayer<T>(TestLayer<T> layer)
    where T : unmanaged
{
    private readonly int _hidden = layer.Shape.HiddenSize;
    private readonly int _intermediate = layer.Shape.IntermediateSize;
    private readonly double[][] _gate = [.. layer.Gate.Select(TestLayer<T>.Numbers)];
    private readonly double[][] _up = [.. layer.Up.Select(TestLayer<T>.Numbers)];
    private readonly double[][] _down = [.. layer.Down.Select(TestLayer<T>.Numbers)];

    /// <summary>Activated values computed so far.</summary>
    public int Values { get; private set; }

    /// <summary>Of these, how many had the gate (SwigluStep: silu of the gate) above the limit.</summary>
    public int GatesCut { get; private set; }

    /// <summary>How many had up above the limit.</summary>
    public int UpsCutAbove { get; private set; }

    /// <summary>How many had up below minus the limit.</summary>
    public int UpsCutBelow { get; private set; }

    public double[] Run(Activation activation)
    {
        double[] input = TestLayer<T>.Numbers(layer.Input);
        var output = new double[input.Length];
        for (int slot = 0; slot < layer.Ids.Length; slot++)
        {
            int t = slot / layer.TopK;
            if (!layer.TryFindExpert(layer.Ids[slot], out int e))
            {
                continue;
            }

            double[] activated = Activate(activation, e, input.AsSpan(t * _hidden, _hidden));
            double[] fc2 = _down[e];
            double scale = layer.Scales.Length == 0 ? 1 : layer.Scales[slot];
            for (int i = 0; i < _hidden; i++)
            {
                double sum = layer.DownBias is { } bias ? TestLayer<T>.Number(bias[(e * _hidden) + i]) : 0;
                for (int j = 0; j < _intermediate; j++)
                {
                    sum += fc2[(i * _intermediate) + j] * activated[j];
                }

                output[(t * _hidden) + i] += scale * sum;
            }
        }

        return output;
    }

    private double[] Activate(Activation activation, int e, ReadOnlySpan<double> x)
    {
        double[] gates = _gate[e];
        double[] ups = _up[e];
        double alpha = layer.SwigluAlpha?[e] ?? (layer.Swiglu ?? SwigluConstants.Default).Alpha;
        double beta = layer.SwigluBeta?[e] ?? (layer.Swiglu ?? SwigluConstants.Default).Beta;
        double limit = layer.SwigluLimit?[e] ?? (layer.Swiglu ?? SwigluConstants.Default).Limit;
        var activated = new double[_intermediate];
        for (int j = 0; j < activated.Length; j++)
        {
            double gate = 0;
            double up = 0;
            for (int i = 0; i < _hidden; i++)
            {
                gate += gates[(j * _hidden) + i] * x[i];
                up += ups[(j * _hidden) + i] * x[i];
            }

            gate += layer.GateBias is { } gateBias ? TestLayer<T>.Number(gateBias[(e * _intermediate) + j]) : 0;
            up += layer.UpBias is { } upBias ? TestLayer<T>.Number(upBias[(e * _intermediate) + j]) : 0;
            activated[j] = NaiveActivation.Apply(activation, gate, up, alpha, beta, limit);
            Values++;
            GatesCut += (activation == Activation.SwigluStep ? gate * NaiveActivation.Sigmoid(gate) : gate) > limit ? 1 : 0;
            UpsCutAbove += up > limit ? 1 : 0;
            UpsCutBelow += up < -limit ? 1 : 0;
        }

        return activated;
    }
}
