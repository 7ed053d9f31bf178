using System.Numerics;

namespace MoeGen;

/// <summary>From the enum to the function.</summary>
internal static class ManagedActivations
{
    /// <summary>GEMM1 with the function, compiled for it.</summary>
    public static void RunGemm1<T, TAcc>(Activation activation, ManagedGemm1<T, TAcc> gemm1, TAcc[] input, TAcc[] activated)
        where T : unmanaged
        where TAcc : unmanaged, IFloatingPointIeee754<TAcc>
    {
        switch (activation)
        {
            case Activation.Swiglu: gemm1.Run<SwigluFunction>(input, activated); break;
            case Activation.Silu: gemm1.Run<SiluFunction>(input, activated); break;
            case Activation.Gelu: gemm1.Run<GeluFunction>(input, activated); break;
            case Activation.Relu: gemm1.Run<ReluFunction>(input, activated); break;
            case Activation.Geglu: gemm1.Run<GegluFunction>(input, activated); break;
            case Activation.GegluTanh: gemm1.Run<GegluTanhFunction>(input, activated); break;
            case Activation.SwigluOai: gemm1.Run<SwigluOaiFunction>(input, activated); break;
            case Activation.SwigluStep: gemm1.Run<SwigluStepFunction>(input, activated); break;
            case Activation.GeluTanh: gemm1.Run<GeluTanhFunction>(input, activated); break;
            case Activation.Relu2: gemm1.Run<Relu2Function>(input, activated); break;
            case Activation.Identity: gemm1.Run<IdentityFunction>(input, activated); break;
            default: throw Unknown(activation);
        }
    }

    /// <summary>Checks that the function is known and fits the rows of fc1.</summary>
    public static void Check(Activation activation, Fc1Layout fc1Layout)
    {
        if (!Enum.IsDefined(activation))
        {
            throw Unknown(activation);
        }

        if (activation.IsGated() != (fc1Layout != Fc1Layout.Plain))
        {
            string allowed = activation.IsGated() ? "GateUp, UpGate or Interleaved" : "Plain";
            throw new ArgumentException(
                $"activation is {activation}, and the weights' fc1Layout is {fc1Layout}; with {activation} it must be {allowed}.", nameof(activation));
        }
    }

    private static ArgumentOutOfRangeException Unknown(Activation activation) => new(
        nameof(activation), activation, $"activation is {activation}; allowed are {string.Join(", ", Enum.GetNames<Activation>())}.");
}
