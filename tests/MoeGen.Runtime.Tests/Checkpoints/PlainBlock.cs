namespace MoeGen.Tests;

/// <summary>An MoE block in nested loops and double precision, from its mathematical weights; the router is <see cref="PlainRouter"/>.</summary>
internal sealed class PlainBlock(int experts, int hidden, int intermediate, int topK)
{
    public int Experts => experts;

    public int Hidden => hidden;

    public int Intermediate => intermediate;

    public int TopK => topK;

    public float[] Router { get; set; } = [];

    /// <summary>Added to the logits.</summary>
    public float[] RouterBias { get; set; } = [];

    public float[] SelectionBias { get; set; } = [];

    /// <summary>[I, H], [I, H] and [H, I] of each expert.</summary>
    public List<(float[] Gate, float[] Up, float[] Down)> Mlps { get; } = [];

    public float[] GateBias { get; set; } = [];

    public float[] UpBias { get; set; } = [];

    public float[] DownBias { get; set; } = [];

    /// <summary>[S, H], [S, H] and [H, S]; null for none.</summary>
    public (float[] Gate, float[] Up, float[] Down)? Shared { get; set; }

    public int SharedWidth { get; set; }

    /// <summary>[H]; the shared expert's sigmoid gate.</summary>
    public float[] SharedGate { get; set; } = [];

    /// <summary>gpt-oss's limit; 0 for plain swiglu.</summary>
    public float Limit { get; set; }

    public double[] Run(float[] input, RoutingMethod routing, RouterOptions options)
    {
        var router = new MoeRouter(routing, experts, topK, Router, options) { SelectionBias = SelectionBias };
        var output = new double[input.Length];
        for (int t = 0; t < input.Length / hidden; t++)
        {
            double[] x = [.. input.Skip(t * hidden).Take(hidden).Select(value => (double)value)];
            float[] logits = [.. Enumerable.Range(0, experts).Select(e => (float)(Dot(Router, e * hidden, x) + (RouterBias.Length == 0 ? 0 : RouterBias[e])))];
            (int[] ids, double[] scales) = PlainRouter.Route(router, logits);
            for (int k = 0; k < topK; k++)
            {
                bool scalesInput = routing == RoutingMethod.TopKSigmoidInput;
                double[] scaled = [.. x.Select(value => scalesInput ? value * scales[k] : value)];
                Add(output, t, Mlps[ids[k]], intermediate, scaled, scalesInput ? 1 : scales[k], ids[k]);
            }

            if (Shared is { } shared)
            {
                double gate = SharedGate.Length == 0 ? 1 : 1 / (1 + Math.Exp(-Dot(SharedGate, 0, x)));
                Add(output, t, shared, SharedWidth, x, gate, expert: -1);
            }
        }

        return output;
    }

    private void Add(double[] output, int t, (float[] Gate, float[] Up, float[] Down) mlp, int width, double[] x, double scale, int expert)
    {
        var activated = new double[width];
        for (int j = 0; j < width; j++)
        {
            double gate = Dot(mlp.Gate, j * hidden, x) + (expert < 0 || GateBias.Length == 0 ? 0 : GateBias[(expert * width) + j]);
            double up = Dot(mlp.Up, j * hidden, x) + (expert < 0 || UpBias.Length == 0 ? 0 : UpBias[(expert * width) + j]);
            if (Limit > 0)
            {
                gate = Math.Min(gate, Limit);
                activated[j] = (Math.Clamp(up, -Limit, Limit) + 1) * gate / (1 + Math.Exp(-1.702f * gate));
            }
            else
            {
                activated[j] = gate / (1 + Math.Exp(-gate)) * up;
            }
        }

        for (int i = 0; i < hidden; i++)
        {
            double bias = expert < 0 || DownBias.Length == 0 ? 0 : DownBias[(expert * hidden) + i];
            output[(t * hidden) + i] += scale * (Dot(mlp.Down, i * width, activated) + bias);
        }
    }

    private static double Dot(float[] weights, int first, double[] x)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += weights[first + i] * x[i];
        }

        return sum;
    }
}
