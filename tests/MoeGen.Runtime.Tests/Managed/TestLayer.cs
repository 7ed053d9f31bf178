namespace MoeGen.Tests;

/// <summary>Random inputs of a layer, scaled so that outputs are O(1); <see cref="NaiveLayer{T}"/> computes what they must give.</summary>
internal sealed class TestLayer<T>
    where T : unmanaged
{
    private readonly int _seed;

    public TestLayer(MoeShape shape, int tokens, int topK, int seed)
    {
        _seed = seed;
        Shape = shape;
        TopK = topK;
        var random = new Random(seed);
        Gate = Experts(random, 1.5 / Math.Sqrt(shape.HiddenSize));
        Up = Experts(random, 1.5 / Math.Sqrt(shape.HiddenSize));
        Down = Experts(random, 2 / Math.Sqrt(shape.IntermediateSize));
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

    /// <summary>Gate and up apart, [E][I, H]; fc1 in any layout is put together from them.</summary>
    public T[][] Gate { get; }

    /// <summary>See <see cref="Gate"/>; unused in a plain layer.</summary>
    public T[][] Up { get; }

    /// <summary>fc2, [E][H, I].</summary>
    public T[][] Down { get; }

    /// <summary>[E, I], or null; with <see cref="UpBias"/> the bias of fc1.</summary>
    public T[]? GateBias { get; private set; }

    /// <summary>[E, I], or null.</summary>
    public T[]? UpBias { get; private set; }

    /// <summary>[E, H], or null.</summary>
    public T[]? DownBias { get; private set; }

    public float[]? SwigluAlpha { get; set; }

    public float[]? SwigluBeta { get; set; }

    public float[]? SwigluLimit { get; set; }

    public SwigluConstants? Swiglu { get; set; }

    /// <summary>Given to the managed backend; <see cref="Placement"/> says the same to the naive layer.</summary>
    public LocalExperts? LocalExperts { get; set; }

    /// <summary>Local id of each global id that lives here; null where ids are local.</summary>
    public Dictionary<int, int>? Placement { get; set; }

    public TestLayer<T> WithBiases(bool fc1, bool fc2)
    {
        var random = new Random(_seed + 7919);
        GateBias = fc1 ? Values(random, Shape.NumExperts * Shape.IntermediateSize, 0.7) : null;
        UpBias = fc1 ? Values(random, Shape.NumExperts * Shape.IntermediateSize, 0.7) : null;
        DownBias = fc2 ? Values(random, Shape.NumExperts * Shape.HiddenSize, 0.7) : null;
        return this;
    }

    public bool TryFindExpert(int id, out int expert)
    {
        expert = id;
        return Placement is null ? id >= 0 && id < Shape.NumExperts : Placement.TryGetValue(id, out expert);
    }

    public MoeWeights<T> Weights(Fc1Layout layout) => new(
        Shape,
        layout,
        [.. Enumerable.Range(0, Shape.NumExperts).Select(e => (ReadOnlyMemory<T>)Fc1(layout, Gate[e], Up[e], Shape.HiddenSize))],
        [.. Down.Select(block => (ReadOnlyMemory<T>)block)])
    {
        Fc1ExpertBiases = GateBias is null ? default : Fc1Bias(layout),
        Fc2ExpertBiases = DownBias,
        SwigluAlpha = SwigluAlpha,
        SwigluBeta = SwigluBeta,
        SwigluLimit = SwigluLimit,
    };

    /// <summary>The layer, spelled out.</summary>
    public double[] Naive(Activation activation) => new NaiveLayer<T>(this).Run(activation);

    public double[] Double(Activation activation, Fc1Layout layout, ManagedOptions? options = null) =>
        ManagedMoe.ForwardDouble<T>(Weights(layout), activation, Input, Ids, Scales, TopK, options, Swiglu, LocalExperts);

    public T[] Run(Activation activation, Fc1Layout layout, ManagedOptions? options = null)
    {
        var output = new T[Input.Length];
        output.AsSpan().Fill(From(12345));
        ManagedMoe.Forward<T>(Weights(layout), activation, Input, Ids, Scales, TopK, output, options, Swiglu, LocalExperts);
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

    /// <summary>Many numbers at once, without a box for each.</summary>
    public static double[] Numbers(T[] values) => values switch
    {
        BFloat16[] b => Array.ConvertAll(b, static value => (double)(float)value),
        Half[] half => Array.ConvertAll(half, static value => (double)value),
        float[] f => Array.ConvertAll(f, static value => (double)value),
        _ => throw new InvalidOperationException(),
    };

    private static T[] FromAll(double[] values)
    {
        object converted = typeof(T) == typeof(BFloat16) ? Array.ConvertAll(values, static value => (BFloat16)value)
            : typeof(T) == typeof(Half) ? Array.ConvertAll(values, static value => (Half)value)
            : Array.ConvertAll(values, static value => (float)value);
        return (T[])converted;
    }

    // Rows of this width in the layout's order.
    private static T[] Fc1(Fc1Layout layout, T[] gate, T[] up, int width) => layout switch
    {
        Fc1Layout.Plain => gate,
        Fc1Layout.GateUp => [.. gate, .. up],
        Fc1Layout.UpGate => [.. up, .. gate],
        _ => [.. gate.Chunk(width).Zip(up.Chunk(width)).SelectMany(pair => pair.First.Concat(pair.Second))],
    };

    private T[] Fc1Bias(Fc1Layout layout) =>
        [.. GateBias!.Chunk(Shape.IntermediateSize).Zip(UpBias!.Chunk(Shape.IntermediateSize)).SelectMany(pair => Fc1(layout, pair.First, pair.Second, 1))];

    private T[][] Experts(Random random, double scale) =>
        [.. Enumerable.Range(0, Shape.NumExperts).Select(_ => Values(random, Shape.HiddenSize * Shape.IntermediateSize, scale))];

    // Uniform with this standard deviation.
    private static T[] Values(Random random, int count, double scale)
    {
        var values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = ((2 * random.NextDouble()) - 1) * Math.Sqrt(3) * scale;
        }

        return FromAll(values);
    }
}
