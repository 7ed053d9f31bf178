using System.Numerics;

namespace MoeGen;

/// <summary>An activation function on the CPU, in the accumulator's precision.</summary>
internal interface IManagedActivation
{
    /// <summary>Whether <c>up</c> takes part.</summary>
    static abstract bool IsGated { get; }

    /// <summary>The activated value; <paramref name="up"/> is meaningless for a plain function, <paramref name="swiglu"/> for one without constants.</summary>
    static abstract TAcc Apply<TAcc>(TAcc gate, TAcc up, SwigluValues<TAcc> swiglu)
        where TAcc : unmanaged, IFloatingPointIeee754<TAcc>;
}
