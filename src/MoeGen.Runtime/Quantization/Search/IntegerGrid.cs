using System.Numerics;

namespace MoeGen;

/// <summary>The integers from low to high.</summary>
internal readonly struct IntegerGrid(float low, float high) : ICodeGrid
{
    private readonly Vector<float> _low = new(low);
    private readonly Vector<float> _high = new(high);

    public Vector<float> Snap(Vector<float> value) => Vector.Max(Vector.Min(Vector.Round(value, MidpointRounding.ToEven), _high), _low);
}
