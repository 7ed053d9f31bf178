using MoeGen.Checkpoints;

namespace MoeGen.Cli.Blocks;

/// <summary>A model's constants of the activation where they are not those of this tool's classes: given for each expert with the weights.</summary>
internal sealed class BlockConstants(MoeBlock block) : IDisposable
{
    private readonly List<DeviceBuffer<float>> _uploaded = [];

    private bool AreTheClasses => block.Activation != Activation.SwigluOai || block.Swiglu == SwigluConstants.Default;

    /// <summary>The same weights with the constants.</summary>
    public MoeWeights<T> With<T>(MoeWeights<T> weights)
        where T : unmanaged => AreTheClasses ? weights : new MoeWeights<T>(weights.Shape, weights.Fc1Layout, weights.Fc1ExpertWeights, weights.Fc2ExpertWeights)
        {
            Fc1ExpertBiases = weights.Fc1ExpertBiases,
            Fc2ExpertBiases = weights.Fc2ExpertBiases,
            SwigluAlpha = Each(block.Swiglu.Alpha),
            SwigluBeta = Each(block.Swiglu.Beta),
            SwigluLimit = Each(block.Swiglu.Limit),
        };

    /// <summary>The same codes with the constants.</summary>
    public QuantizedMoeWeights<T> With<T>(QuantizedMoeWeights<T> weights)
        where T : unmanaged => AreTheClasses ? weights : new QuantizedMoeWeights<T>(weights.Shape, weights.Fc1Layout, weights.Fc1ExpertWeights, weights.Fc2ExpertWeights)
        {
            Fc1ExpertBiases = weights.Fc1ExpertBiases,
            Fc2ExpertBiases = weights.Fc2ExpertBiases,
            SwigluAlpha = Each(block.Swiglu.Alpha),
            SwigluBeta = Each(block.Swiglu.Beta),
            SwigluLimit = Each(block.Swiglu.Limit),
            InputFactors = weights.InputFactors,
            InputScale = weights.InputScale,
            ActivatedScales = weights.ActivatedScales,
        };

    /// <summary>The same weights with the constants, which are freed with this object; the weights stay the caller's.</summary>
    public DeviceMoeWeights<T> With<T>(DeviceMoeWeights<T> weights)
        where T : unmanaged => AreTheClasses ? weights : new DeviceMoeWeights<T>(weights.Shape, weights.Fc1Layout, weights.Fc1ExpertWeights, weights.Fc2ExpertWeights)
        {
            Fc1ExpertBiases = weights.Fc1ExpertBiases,
            Fc2ExpertBiases = weights.Fc2ExpertBiases,
            SwigluAlpha = Upload(weights.Context, block.Swiglu.Alpha),
            SwigluBeta = Upload(weights.Context, block.Swiglu.Beta),
            SwigluLimit = Upload(weights.Context, block.Swiglu.Limit),
        };

    public void Dispose() => _uploaded.ForEach(static buffer => buffer.Dispose());

    private DeviceBuffer<float> Upload(CudaContext context, float value)
    {
        DeviceBuffer<float> buffer = context.Allocate<float>(block.Shape.NumExperts);
        _uploaded.Add(buffer);
        buffer.CopyFrom(Each(value));
        return buffer;
    }

    private float[] Each(float value) => [.. Enumerable.Repeat(value, block.Shape.NumExperts)];
}
