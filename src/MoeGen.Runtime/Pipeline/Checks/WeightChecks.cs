namespace MoeGen;

/// <summary>What weights must satisfy before a layer takes them.</summary>
internal static class WeightChecks
{
    public static void Check<T>(
        MoeDescriptor descriptor,
        CudaContext context,
        MoeShape shape,
        Fc1Layout fc1Layout,
        DeviceBuffer<T> fc1ExpertWeights,
        DeviceBuffer<T> fc2ExpertWeights,
        DeviceBuffer<T>? fc1ExpertBiases,
        DeviceBuffer<T>? fc2ExpertBiases,
        DeviceBuffer<float>? swigluAlpha,
        DeviceBuffer<float>? swigluBeta,
        DeviceBuffer<float>? swigluLimit)
        where T : unmanaged
    {
        CheckConfiguration(descriptor, shape, fc1Layout);
        long experts = shape.NumExperts;
        bool gated = fc1Layout != Fc1Layout.Plain;
        BufferChecks.Check(fc1ExpertWeights, experts * shape.Fc1ElementsPerExpert(gated), context, nameof(fc1ExpertWeights), gated ? "E * 2I * H" : "E * I * H");
        BufferChecks.Check(fc2ExpertWeights, experts * shape.Fc2ElementsPerExpert, context, nameof(fc2ExpertWeights), "E * H * I");
        CheckExtras(descriptor, context, shape, gated, fc1ExpertBiases, fc2ExpertBiases, swigluAlpha, swigluBeta, swigluLimit);
    }

    /// <summary>What weights of every format may bring.</summary>
    public static void CheckExtras<T>(
        MoeDescriptor descriptor,
        CudaContext context,
        MoeShape shape,
        bool gated,
        DeviceBuffer<T>? fc1ExpertBiases,
        DeviceBuffer<T>? fc2ExpertBiases,
        DeviceBuffer<float>? swigluAlpha,
        DeviceBuffer<float>? swigluBeta,
        DeviceBuffer<float>? swigluLimit)
        where T : unmanaged
    {
        long experts = shape.NumExperts;
        CheckOptional(fc1ExpertBiases, experts * shape.Fc1Rows(gated), context, nameof(fc1ExpertBiases), gated ? "E * 2I" : "E * I");
        CheckOptional(fc2ExpertBiases, experts * shape.HiddenSize, context, nameof(fc2ExpertBiases), "E * H");
        CheckConstants(descriptor, descriptor.Activation.HasAlphaAndBeta(), swigluAlpha, experts, context, nameof(swigluAlpha));
        CheckConstants(descriptor, descriptor.Activation.HasAlphaAndBeta(), swigluBeta, experts, context, nameof(swigluBeta));
        CheckConstants(descriptor, descriptor.Activation.HasLimit(), swigluLimit, experts, context, nameof(swigluLimit));
    }

    /// <summary>Row order and stated sizes against the configuration.</summary>
    public static void CheckConfiguration(MoeDescriptor descriptor, MoeShape shape, Fc1Layout fc1Layout)
    {
        LayerChecks.CheckLayout(descriptor, fc1Layout, nameof(fc1Layout));
        if (shape.IsDefault)
        {
            throw new ArgumentException("shape is default(MoeShape); make it with its constructor.", nameof(shape));
        }

        StaticShape stated = descriptor.StaticShape;
        CheckStated(descriptor, nameof(shape.NumExperts), stated.NumExperts, shape.NumExperts);
        CheckStated(descriptor, nameof(shape.HiddenSize), stated.HiddenSize, shape.HiddenSize);
        CheckStated(descriptor, nameof(shape.IntermediateSize), stated.IntermediateSize, shape.IntermediateSize);
    }

    /// <summary>The format that the class is generated for.</summary>
    public static void CheckFormat(MoeDescriptor descriptor, WeightFormat format, int groupSize, bool hasZeroPoints, string name = "weights")
    {
        int stated = descriptor.Weights == WeightFormat.Int4Group ? descriptor.GroupSize : 0;
        int given = format == WeightFormat.Int4Group ? groupSize : 0;
        if ((format, given, hasZeroPoints) != (descriptor.Weights, stated, descriptor.HasZeroPoints))
        {
            throw new ArgumentException(
                $"{name} are {Describe(format, given, hasZeroPoints)}; {descriptor.Name} is generated for {Describe(descriptor.Weights, stated, descriptor.HasZeroPoints)}.", name);
        }

        static string Describe(WeightFormat format, int groupSize, bool zeroPoints) =>
            $"{format}{(groupSize > 0 ? $" in groups of {groupSize}" : "")}{(zeroPoints ? " with zero points" : "")}";
    }

    /// <summary>A size that the attribute states holds for every call.</summary>
    public static void CheckStated(MoeDescriptor descriptor, string name, int stated, int given)
    {
        if (stated != 0 && stated != given)
        {
            throw new ArgumentException($"{name} is {given}; {descriptor.Name} is generated for {name} = {stated}.", name);
        }
    }

    /// <summary>A buffer that may be left out.</summary>
    public static void CheckOptional<TElement>(DeviceBuffer<TElement>? buffer, long length, CudaContext context, string name, string meaning)
        where TElement : unmanaged
    {
        if (buffer is not null)
        {
            BufferChecks.Check(buffer, length, context, name, meaning);
        }
    }

    private static void CheckConstants(
        MoeDescriptor descriptor, bool has, DeviceBuffer<float>? buffer, long experts, CudaContext context, string name)
    {
        if (buffer is not null && !has)
        {
            throw new ArgumentException($"{name} is given, but {descriptor.Name} uses {descriptor.Activation}, which has no such constant.", name);
        }

        CheckOptional(buffer, experts, context, name, "E");
    }
}
