using MoeGen.Generators.Models;

namespace MoeGen.Generators.Validation;

/// <summary>Names of the members that a generated half has; its class and the members of the author's half need others.</summary>
internal static class GeneratedMembers
{
    /// <summary>The descriptor.</summary>
    public const string Descriptor = nameof(Descriptor);

    /// <summary>The CUDA text.</summary>
    public const string CudaSource = nameof(CudaSource);

    /// <summary>The nested class of launchers.</summary>
    public const string Launchers = nameof(Launchers);

    /// <summary>All of them, of whatever configuration.</summary>
    public static readonly string[] All =
        [Descriptor, CudaSource, Launchers, "Gemm1", "Gemm2", "RunGemm1", "RunGemm2", "ImplementsGemm1", "ImplementsGemm2"];

    /// <summary>Those of a configuration. With a custom GEMM those of the other too, so that implementing it takes no further name.</summary>
    public static IEnumerable<string> Of(MoeSettings settings) => All.Where(name => name switch
    {
        Descriptor or CudaSource => true,
        Launchers => settings.Dtype != Dtype.FP32,
        _ => settings.Gemm == Gemm.Custom,
    });
}
