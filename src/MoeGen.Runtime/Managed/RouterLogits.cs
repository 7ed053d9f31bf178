namespace MoeGen;

/// <summary>The router's linear layer on the CPU, on several threads; the result does not depend on their number.</summary>
public static class RouterLogits
{
    // Tokens of one work item: enough to pay for widening the weight rows.
    private const int TokensPerItem = 64;

    // Elements of the widened input at a time, so that its memory stays bounded: 32 MB, more only where one token has more.
    private const int ChunkElements = 1 << 22;

    /// <summary><c>logits[t,e] = routerWeight[e] . input[t]</c>, accumulated in double precision and rounded once to fp32.</summary>
    /// <typeparam name="TInput">Element type of the input: <see cref="BFloat16"/>, <see cref="Half"/> or <see cref="float"/>.</typeparam>
    /// <typeparam name="TWeight">Element type of the weight: <see cref="BFloat16"/>, <see cref="Half"/> or <see cref="float"/>.</typeparam>
    /// <param name="input">[T, H]; T is its length / H and may be 0.</param>
    /// <param name="routerWeight">[E, H]; E is its length / H.</param>
    /// <param name="hiddenSize">H.</param>
    /// <param name="maxDegreeOfParallelism">Most threads at once; -1 for as many as there are processors.</param>
    /// <returns>[T, E].</returns>
    /// <exception cref="ArgumentException">A length or value does not fit; the message names it, its value and what is allowed.</exception>
    public static float[] Compute<TInput, TWeight>(
        ReadOnlySpan<TInput> input, ReadOnlySpan<TWeight> routerWeight, int hiddenSize, int maxDegreeOfParallelism = -1)
        where TInput : unmanaged
        where TWeight : unmanaged
    {
        Check(input, routerWeight, hiddenSize, maxDegreeOfParallelism);
        int tokens = input.Length / hiddenSize;
        int experts = routerWeight.Length / hiddenSize;
        var logits = new float[checked(tokens * experts)];
        int chunk = Math.Clamp(ChunkElements / hiddenSize, 1, Math.Max(tokens, 1));
        var wide = new double[Math.Min(chunk, tokens) * hiddenSize];
        for (int first = 0; first < tokens; first += chunk)
        {
            int count = Math.Min(chunk, tokens - first);
            ElementConversion.Widen(input.Slice(first * hiddenSize, count * hiddenSize), wide.AsSpan(0, count * hiddenSize));
            ComputeChunk(wide, count, routerWeight, hiddenSize, maxDegreeOfParallelism, logits, first * experts);
        }

        return logits;
    }

    private static unsafe void ComputeChunk<TWeight>(
        double[] input, int tokens, ReadOnlySpan<TWeight> routerWeight, int hidden, int maxDegreeOfParallelism, float[] logits, int firstLogit)
        where TWeight : unmanaged
    {
        int experts = routerWeight.Length / hidden;
        int groups = (experts + VectorKernel.Rows - 1) / VectorKernel.Rows;
        int blocks = (tokens + TokensPerItem - 1) / TokensPerItem;
        fixed (TWeight* start = routerWeight)
        {
            var weight = new PinnedSpan<TWeight>(start, routerWeight.Length);
            WorkLoop.Run<double>((long)groups * blocks, checked(VectorKernel.Rows * hidden), maxDegreeOfParallelism, RunItem);

            // 4 experts x up to 64 tokens. In the last group, rows beyond the experts hold what was there; no logit takes their dots.
            void RunItem(long item, double[] rows)
            {
                int expert = (int)(item / blocks) * VectorKernel.Rows;
                int taken = Math.Min(VectorKernel.Rows, experts - expert);
                ElementConversion.Widen(weight.Span.Slice(expert * hidden, taken * hidden), rows.AsSpan(0, taken * hidden));
                int token = (int)(item % blocks) * TokensPerItem;
                int end = Math.Min(token + TokensPerItem, tokens);
                Span<double> dots = stackalloc double[VectorKernel.Rows];
                for (; token < end; token++)
                {
                    VectorKernel.Dot4x1(ref rows[0], ref input[token * hidden], hidden, dots);
                    for (int e = 0; e < taken; e++)
                    {
                        logits[firstLogit + (token * experts) + expert + e] = (float)dots[e];
                    }
                }
            }
        }
    }

    private static void Check<TInput, TWeight>(
        ReadOnlySpan<TInput> input, ReadOnlySpan<TWeight> routerWeight, int hiddenSize, int maxDegreeOfParallelism)
        where TInput : unmanaged
        where TWeight : unmanaged
    {
        _ = ElementType.DtypeOf<TInput>();
        _ = ElementType.DtypeOf<TWeight>();
        ArgumentOutOfRangeException.ThrowIfLessThan(hiddenSize, 1);
        if (maxDegreeOfParallelism is 0 or < -1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(maxDegreeOfParallelism),
                maxDegreeOfParallelism,
                $"maxDegreeOfParallelism is {maxDegreeOfParallelism}; allowed are -1 and positive numbers.");
        }

        if (input.Length % hiddenSize != 0)
        {
            throw new ArgumentException($"input has {input.Length} elements; required is a multiple of hiddenSize {hiddenSize} ([T, H]).", nameof(input));
        }

        if (routerWeight.IsEmpty || routerWeight.Length % hiddenSize != 0)
        {
            throw new ArgumentException(
                $"routerWeight has {routerWeight.Length} elements; required is a positive multiple of hiddenSize {hiddenSize} ([E, H]).", nameof(routerWeight));
        }
    }
}
