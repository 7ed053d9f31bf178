using MoeGen.Generators.Helpers;

namespace MoeGen.Generators.Models;

/// <summary>All that emission needs: defaults applied, variants planned. CUDA and C# text are pure functions of it.</summary>
/// <param name="Type">The annotated class.</param>
/// <param name="Dtype">Element type.</param>
/// <param name="Activation">The function between the two GEMMs.</param>
/// <param name="Routing">How experts are chosen.</param>
/// <param name="Variants">GEMM variants by growing M, then N; empty without GPU kernels.</param>
/// <param name="Output">How much is emitted.</param>
internal sealed record MoeModel(
    TypeModel Type, Dtype Dtype, Activation Activation, RoutingMethod Routing, EquatableArray<GemmPlan> Variants, MoeOutput Output);
