namespace MoeGen.Gpu.Tests;

/// <summary>Random ids and scales.</summary>
internal sealed class Routing
{
    public Routing(GridCase shape)
        : this(shape.T, shape.E, shape.K, shape.Ids, shape.T + shape.E)
    {
    }

    public Routing(int tokens, int experts, int topK, IdPattern pattern, int seed)
    {
        var random = new Random(seed);
        Ids = new int[tokens * topK];
        Scales = new float[Ids.Length];
        for (int token = 0; token < tokens; token++)
        {
            Draw(random, token, experts, pattern, Ids.AsSpan(token * topK, topK));
        }

        foreach (ref float scale in Scales.AsSpan())
        {
            scale = 0.25f + random.NextSingle();
        }
    }

    public int[] Ids { get; }

    public float[] Scales { get; }

    private static void Draw(Random random, int token, int experts, IdPattern pattern, Span<int> ids)
    {
        for (int k = 0; k < ids.Length; k++)
        {
            int id = random.Next(experts);
            while (pattern == IdPattern.Distinct && ids[..k].Contains(id))
            {
                id = random.Next(experts);
            }

            ids[k] = pattern switch
            {
                IdPattern.OneExpert => experts - 1,
                IdPattern.Invalid when token % 5 == 3 || random.Next(3) == 0 => random.Next(3) switch { 0 => -1, 1 => experts, _ => int.MaxValue },
                _ => id,
            };
        }
    }
}
