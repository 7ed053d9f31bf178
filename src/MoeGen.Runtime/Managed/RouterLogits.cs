namespace MoeGen;

/// <summary>The router's linear layer on the CPU.</summary>
public static class RouterLogits
{
    /// <summary><c>logits[t,e] = routerWeight[e] . input[t]</c>, accumulated in double precision and rounded once to fp32.</summary>
    /// <typeparam name="TInput">Element type of the input: <see cref="BFloat16"/>, <see cref="Half"/> or <see cref="float"/>.</typeparam>
    /// <typeparam name="TWeight">Element type of the weight: <see cref="BFloat16"/>, <see cref="Half"/> or <see cref="float"/>.</typeparam>
    /// <param name="input">[T, H]; T is its length / H and may be 0.</param>
    /// <param name="routerWeight">[E, H]; E is its length / H.</param>
    /// <param name="hiddenSize">H.</param>
    /// <returns>[T, E].</returns>
    /// <exception cref="ArgumentException">A length does not fit; the message names it, its value and what is allowed.</exception>
    public static float[] Compute<TInput, TWeight>(ReadOnlySpan<TInput> input, ReadOnlySpan<TWeight> routerWeight, int hiddenSize)
        where TInput : unmanaged
        where TWeight : unmanaged
    {
        _ = ElementType.DtypeOf<TInput>();
        _ = ElementType.DtypeOf<TWeight>();
        ArgumentOutOfRangeException.ThrowIfLessThan(hiddenSize, 1);
        if (input.Length % hiddenSize != 0)
        {
            throw new ArgumentException($"input has {input.Length} elements; required is a multiple of hiddenSize {hiddenSize} ([T, H]).", nameof(input));
        }

        if (routerWeight.IsEmpty || routerWeight.Length % hiddenSize != 0)
        {
            throw new ArgumentException(
                $"routerWeight has {routerWeight.Length} elements; required is a positive multiple of hiddenSize {hiddenSize} ([E, H]).", nameof(routerWeight));
        }

        int tokens = input.Length / hiddenSize;
        int experts = routerWeight.Length / hiddenSize;
        var logits = new float[checked(tokens * experts)];
        var token = new double[hiddenSize];

        // Groups of 4 weight rows, the last one filled up with zeros that no logit takes.
        int groups = (experts + VectorKernel.Rows - 1) / VectorKernel.Rows;
        var weight = new double[checked(groups * VectorKernel.Rows * hiddenSize)];
        ElementConversion.Widen(routerWeight, weight.AsSpan(0, routerWeight.Length));
        Span<double> dots = stackalloc double[VectorKernel.Rows];
        for (int t = 0; t < tokens; t++)
        {
            ElementConversion.Widen(input.Slice(t * hiddenSize, hiddenSize), token.AsSpan());
            for (int e = 0; e < experts; e++)
            {
                if (e % VectorKernel.Rows == 0)
                {
                    VectorKernel.Dot4x1(ref weight[e * hiddenSize], ref token[0], hiddenSize, dots);
                }

                logits[((long)t * experts) + e] = (float)dots[e % VectorKernel.Rows];
            }
        }

        return logits;
    }
}
