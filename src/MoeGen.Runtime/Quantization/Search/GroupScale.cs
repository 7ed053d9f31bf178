namespace MoeGen;

/// <summary>The scale of a group and, where it has one, its zero point; otherwise 0.</summary>
internal readonly record struct GroupScale(float Scale, int Zero)
{
    /// <summary>Whether all weights of the group become zero; a scale below the normal numbers has no inverse.</summary>
    public bool IsZero => !float.IsNormal(Scale);
}
