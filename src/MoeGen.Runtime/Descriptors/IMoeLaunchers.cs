using System.ComponentModel;

namespace MoeGen;

/// <summary>The typed kernel launches of one generated class. Each call enqueues one kernel on the stream and returns.</summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IMoeLaunchers<T>
    where T : unmanaged
{
    /// <summary>Blocks of a GEMM variant that are resident on the whole device at once; its persistent grid.</summary>
    int ResidentBlocks(int variant);

    /// <summary>The router's linear layer; only where the configuration routes, as the next two.</summary>
    void RouterLogits(in RouterLogitsArguments<T> arguments, CudaStream stream) => throw NotRouting();

    /// <summary>Expert ids and scales from router logits.</summary>
    void SelectExperts(in SelectExpertsArguments arguments, CudaStream stream) => throw NotRouting();

    /// <summary>Expert ids and scales from router logits, four tokens a block, then the counting sort in the last one: for few tokens.</summary>
    void SelectAndRoute(in SelectAndRouteArguments arguments, CudaStream stream) => throw NotRouting();

    /// <summary>Counting sort of the slots by expert in one block, for small inputs.</summary>
    void RouteSmall(in RouteArguments arguments, CudaStream stream);

    /// <summary>Counting sort, first pass: slots per expert and chunk.</summary>
    void RouteCount(in RouteArguments arguments, CudaStream stream);

    /// <summary>Counting sort, second pass: offsets per expert and the tile table.</summary>
    void RouteScan(in RouteArguments arguments, CudaStream stream);

    /// <summary>Counting sort, third pass: slots to their sorted rows.</summary>
    void RoutePlace(in RouteArguments arguments, CudaStream stream);

    /// <summary>Tokens as 8-bit codes; only where activations are quantised, as the next two.</summary>
    void QuantizeInput(in QuantizeArguments<T> arguments, CudaStream stream) => throw NotQuantizing();

    /// <summary>The sort in one block and tokens as 8-bit codes in others, for small inputs.</summary>
    void RouteAndQuantize(in RouteAndQuantizeArguments<T> arguments, CudaStream stream) => throw NotQuantizing();

    /// <summary>Activated rows as 8-bit codes.</summary>
    void QuantizeActivated(in QuantizeArguments<T> arguments, CudaStream stream) => throw NotQuantizing();

    /// <summary>Gathered rows x fc1 with the activation fused, then activated rows x fc2, written to slot order; only where both GEMMs are generated, nothing is quantised, and no tile is pinned.</summary>
    void Gemms(int variant, in GemmsArguments<T> arguments, CudaStream stream) => throw NotFusing();

    /// <summary>Gathered rows x fc1 with the activation fused; where <see cref="Gemms"/> is not, as the next.</summary>
    void Gemm1(int variant, in Gemm1Arguments<T> arguments, CudaStream stream) => throw Fusing();

    /// <summary>Input rows in sorted order, one block a row; only where <c>Gemm</c> is <c>Custom</c> or <c>Cublas</c>.</summary>
    void Permute(in PermuteArguments<T> arguments, int rows, CudaStream stream) => throw NotCustom();

    /// <summary>Bias and activation of a GEMM1 that is not the generated one, one block a row; only where <c>Gemm</c> is <c>Custom</c> or <c>Cublas</c>.</summary>
    void ApplyActivation(in ApplyArguments<T> arguments, int rows, CudaStream stream) => throw NotCustom();

    /// <summary>Activated rows x fc2, written to slot order.</summary>
    void Gemm2(int variant, in Gemm2Arguments<T> arguments, CudaStream stream) => throw Fusing();

    /// <summary>The reduction over the K experts of a token, in fixed order, with scales.</summary>
    void Finalize(in FinalizeArguments<T> arguments, CudaStream stream);

    /// <summary>The same where GEMM2's depth was divided: sums of its parts first; only where a class has several tiles, and weights in the operands' type.</summary>
    void FinalizeSplits(in FinalizeSplitsArguments<T> arguments, CudaStream stream) => throw NotDividing();

    /// <summary>A whole call of few slots in one launch; only where both GEMMs are generated, and activations are not quantised.</summary>
    void Decode(in DecodeArguments<T> arguments, CudaStream stream) => throw NotDecoding();

    /// <summary>Routing, GEMM1 and activation of few slots in one launch; only where activations are quantised, as the next.</summary>
    void DecodeGemm1(in DecodeGemm1Arguments<T> arguments, CudaStream stream) => throw NotQuantizing();

    /// <summary>GEMM2 and the reduction over K of few slots in one launch.</summary>
    void DecodeGemm2(in DecodeGemm2Arguments<T> arguments, CudaStream stream) => throw NotQuantizing();

    private static InvalidOperationException NotRouting() => new(
        "Routing is Preselected, so there is no kernel that routes: pass expert ids and scales, or set Routing to a method that starts from logits in [MoeConfig].");

    private static InvalidOperationException NotDecoding() =>
        new("This kernel exists only in a class that keeps Gemm = TensorCore in its [MoeConfig], and has a Dtype of 16 bits.");

    private static InvalidOperationException NotFusing() =>
        new("One kernel has both GEMMs only in a class that keeps Gemm = TensorCore in its [MoeConfig], leaves Tile and Weights out, and has a Dtype of 16 bits: call Gemm1 and Gemm2.");

    private static InvalidOperationException Fusing() =>
        new("One kernel has both GEMMs in a class that keeps Gemm = TensorCore in its [MoeConfig], leaves Tile and Weights out, and has a Dtype of 16 bits: call Gemms.");

    private static InvalidOperationException NotDividing() =>
        new("This kernel exists only in a class that leaves Tile and Weights out of its [MoeConfig] and keeps Gemm = TensorCore.");

    private static InvalidOperationException NotQuantizing() =>
        new("This kernel exists only in a class with Dtype = INT8 in its [MoeConfig].");

    private static InvalidOperationException NotCustom() =>
        new("This kernel exists only in a class with Gemm = Custom or Cublas in its [MoeConfig].");
}
