namespace MoeGen.Tests;

/// <summary>Random inputs of a layer, scaled so that outputs are O(1), and a naive double-precision layer written independently.</summary>
internal sealed class TestLayer<T>
    where T : unmanaged
{
    // Gate and up apart, [E][I, H]; fc1 in any layout is put together from them.
    private readonly T[][] _gate;
    private readonly T[][] _up;
    private readonly T[][] _fc2;

    public TestLayer(MoeShape shape, int tokens, int topK, int seed)
    {
        Shape = shape;
        TopK = topK;
        var random = new Random(seed);
        _gate = Experts(random, 1.5 / Math.Sqrt(shape.HiddenSize));
        _up = Experts(random, 1.5 / Math.Sqrt(shape.HiddenSize));
        _fc2 = Experts(random, 2 / Math.Sqrt(shape.IntermediateSize));
        Input = Values(random, tokens * shape.HiddenSize, 1);
        Ids = new int[tokens * topK];
        Scales = new float[tokens * topK];
        for (int i = 0; i < Ids.Length; i++)
        {
            Ids[i] = random.Next(shape.NumExperts);
            Scales[i] = (float)((0.5 + random.NextDouble()) / Math.Sqrt(topK));
        }
    }

    public MoeShape Shape { get; }

    public int TopK { get; }

    public T[] Input { get; }

    public int[] Ids { get; }

    public float[] Scales { get; set; }

    public MoeWeights<T> Weights(Fc1Layout layout)
    {
        int h = Shape.HiddenSize;
        var fc1 = new ReadOnlyMemory<T>[Shape.NumExperts];
        for (int e = 0; e < fc1.Length; e++)
        {
            T[] block = layout switch
            {
                Fc1Layout.Plain => _gate[e],
                Fc1Layout.GateUp => [.. _gate[e], .. _up[e]],
                Fc1Layout.UpGate => [.. _up[e], .. _gate[e]],
                _ => [.. Enumerable.Range(0, Shape.IntermediateSize).SelectMany(j => _gate[e].Skip(j * h).Take(h).Concat(_up[e].Skip(j * h).Take(h)))],
            };
            fc1[e] = block;
        }

        return new MoeWeights<T>(Shape, layout, fc1, [.. _fc2.Select(block => (ReadOnlyMemory<T>)block)]);
    }

    /// <summary>The layer, spelled out.</summary>
    public double[] Naive(Activation activation)
    {
        int h = Shape.HiddenSize;
        int tokens = Input.Length / h;
        var output = new double[Input.Length];
        for (int t = 0; t < tokens; t++)
        {
            for (int k = 0; k < TopK; k++)
            {
                int e = Ids[(t * TopK) + k];
                if (e < 0 || e >= Shape.NumExperts)
                {
                    continue;
                }

                var activated = new double[Shape.IntermediateSize];
                for (int j = 0; j < activated.Length; j++)
                {
                    double gate = 0;
                    double up = 0;
                    for (int i = 0; i < h; i++)
                    {
                        double x = Number(Input[(t * h) + i]);
                        gate += Number(_gate[e][(j * h) + i]) * x;
                        up += Number(_up[e][(j * h) + i]) * x;
                    }

                    activated[j] = Activate(activation, gate, up);
                }

                double scale = Scales.Length == 0 ? 1 : Scales[(t * TopK) + k];
                for (int i = 0; i < h; i++)
                {
                    double sum = 0;
                    for (int j = 0; j < activated.Length; j++)
                    {
                        sum += Number(_fc2[e][(i * activated.Length) + j]) * activated[j];
                    }

                    output[(t * h) + i] += scale * sum;
                }
            }
        }

        return output;
    }

    public double[] Double(Activation activation, Fc1Layout layout, ManagedOptions? options = null) =>
        ManagedMoe.ForwardDouble<T>(Weights(layout), activation, Input, Ids, Scales, TopK, options);

    public T[] Run(Activation activation, Fc1Layout layout, ManagedOptions? options = null)
    {
        var output = new T[Input.Length];
        output.AsSpan().Fill(From(12345));
        ManagedMoe.Forward<T>(Weights(layout), activation, Input, Ids, Scales, TopK, output, options);
        return output;
    }

    public static double Number(T value) => value switch
    {
        BFloat16 b => (float)b,
        Half half => (double)half,
        float f => f,
        _ => throw new InvalidOperationException(),
    };

    public static T From(double value)
    {
        object boxed = typeof(T) == typeof(BFloat16) ? (BFloat16)value : typeof(T) == typeof(Half) ? (Half)value : (object)(float)value;
        return (T)boxed;
    }

    private static double Activate(Activation activation, double gate, double up) => activation switch
    {
        Activation.Swiglu => gate / (1 + Math.Exp(-gate)) * up,
        Activation.Silu => gate / (1 + Math.Exp(-gate)),
        Activation.Gelu => 0.5 * gate * (1 + NaiveErf(gate / Math.Sqrt(2))),
        _ => gate > 0 ? gate : 0,
    };

    // 2/sqrt(pi) exp(-x^2) sum of 2^n x^(2n+1) / (2n+1)!!: all terms of one sign.
    private static double NaiveErf(double x)
    {
        double term = x;
        double sum = x;
        for (int n = 1; n < 400; n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    private T[][] Experts(Random random, double scale) =>
        [.. Enumerable.Range(0, Shape.NumExperts).Select(_ => Values(random, Shape.HiddenSize * Shape.IntermediateSize, scale))];

    // Uniform with this standard deviation.
    private static T[] Values(Random random, int count, double scale)
    {
        var values = new T[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = From(((2 * random.NextDouble()) - 1) * Math.Sqrt(3) * scale);
        }

        return values;
    }
}
