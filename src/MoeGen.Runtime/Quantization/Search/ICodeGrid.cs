using System.Numerics;

namespace MoeGen;

/// <summary>The numbers that codes stand for, before the scale.</summary>
internal interface ICodeGrid
{
    /// <summary>The nearest number of the grid; ties to the even code.</summary>
    Vector<float> Snap(Vector<float> value);
}
