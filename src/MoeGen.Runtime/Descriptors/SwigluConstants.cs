namespace MoeGen;

/// <summary>The constants of <see cref="Activation.SwigluOai"/> and <see cref="Activation.SwigluStep"/>, without unit.</summary>
/// <param name="Alpha">Factor inside the sigmoid; SwigluOai only.</param>
/// <param name="Beta">Added to the clamped up value; SwigluOai only.</param>
/// <param name="Limit">Bound of gate and up.</param>
public sealed record SwigluConstants(float Alpha, float Beta, float Limit)
{
    /// <summary>gpt-oss: 1.702, 1 and 7.</summary>
    public static SwigluConstants Default { get; } = new(1.702f, 1f, 7f);
}
