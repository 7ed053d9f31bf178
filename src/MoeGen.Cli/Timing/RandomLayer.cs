namespace MoeGen.Cli.Timing;

/// <summary>Random weights, inputs and experts, the same in every run.</summary>
internal static class RandomLayer
{
    // Experts are windows of one block, an odd number of 16-byte vectors apart: no two share a row, and making them is quick.
    public const int WindowStep = 8 * 12347;
    private const int Part = 1 << 20;

    /// <summary>Weights in the form that the class takes, in device memory.</summary>
    public static DeviceExpertWeights<T> Upload<T>(CudaContext context, MoeShape shape, MoeDescriptor descriptor)
        where T : unmanaged => descriptor.Weights == WeightFormat.SameAsDtype
        ? DeviceMoeWeights<T>.Upload(context, Weights<T>(shape, descriptor.IsGated))
        : DeviceQuantizedMoeWeights<T>.Upload(context, RandomCodes.Weights<T>(shape, descriptor));

    /// <summary>Weights for which outputs are about as large as inputs.</summary>
    public static MoeWeights<T> Weights<T>(MoeShape shape, bool gated)
        where T : unmanaged
    {
        ReadOnlyMemory<T>[] fc1 = Experts<T>(shape.NumExperts, shape.Fc1ElementsPerExpert(gated), shape.HiddenSize, seed: 1);
        ReadOnlyMemory<T>[] fc2 = Experts<T>(shape.NumExperts, shape.Fc2ElementsPerExpert, shape.IntermediateSize, seed: 2);
        return new MoeWeights<T>(shape, gated ? Fc1Layout.GateUp : Fc1Layout.Plain, fc1, fc2);
    }

    /// <summary>Roughly normal values.</summary>
    public static T[] Normal<T>(int count, double deviation, int seed)
        where T : unmanaged
    {
        var values = new T[count];
        Parallel.For(0, (count + Part - 1) / Part, part =>
        {
            var random = new Random(unchecked((seed * 1_000_003) + part));
            Span<T> rest = values.AsSpan(part * Part, Math.Min(Part, count - (part * Part)));
            Span<float> block = stackalloc float[256];
            for (; !rest.IsEmpty; rest = rest[Math.Min(block.Length, rest.Length)..])
            {
                foreach (ref float value in block)
                {
                    value = (float)((random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2 * deviation);
                }

                int length = Math.Min(block.Length, rest.Length);
                ElementConversion.Narrow<T, float>(block[..length], rest[..length]);
            }
        });
        return values;
    }

    /// <summary>K different experts for each of T tokens, evenly random.</summary>
    public static int[] Ids(int tokens, int topK, int experts, int seed)
    {
        var random = new Random(seed);
        int[] order = [.. Enumerable.Range(0, experts)];
        var ids = new int[tokens * topK];
        for (int slot = 0; slot < ids.Length; slot++)
        {
            int k = slot % topK;
            int other = random.Next(k, experts);
            (order[k], order[other]) = (order[other], order[k]);
            ids[slot] = order[k];
        }

        return ids;
    }

    private static ReadOnlyMemory<T>[] Experts<T>(int experts, long elements, int depth, int seed)
        where T : unmanaged
    {
        if (elements + ((long)experts * WindowStep) > Array.MaxLength)
        {
            throw new BadInputException($"One expert has {elements} elements of fc1 or fc2; at most {Array.MaxLength - ((long)experts * WindowStep)} can be made up here with {experts} experts.");
        }

        T[] block = Normal<T>((int)elements + (experts * WindowStep), 1.5 / Math.Sqrt(depth), seed);
        return [.. Enumerable.Range(0, experts).Select(expert => (ReadOnlyMemory<T>)block.AsMemory(expert * WindowStep, (int)elements))];
    }
}
