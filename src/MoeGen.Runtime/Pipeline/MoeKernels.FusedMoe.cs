using MoeGen.Native;

namespace MoeGen;

/// <content>The contract of FlashInfer's <c>cutlass_fused_moe</c> in one call.</content>
public sealed partial class MoeKernels<TSelf, T>
{
    /// <summary>
    /// Enqueues one fused MoE call with all that it needs given at once. Rows of tokens without a local expert are written 0.
    /// </summary>
    /// <param name="arguments">Input, routing, weights and options.</param>
    /// <param name="stream">The stream that all kernels are enqueued on.</param>
    /// <returns>The output that was given, or a new one that the caller disposes once the stream has finished.</returns>
    /// <exception cref="ArgumentException">An argument has a wrong length, device, alignment or value; nothing was launched.</exception>
    /// <exception cref="InvalidOperationException">The class routes from logits, or is generated with <c>Gemm = Custom</c>, whose GEMMs are methods of a layer.</exception>
    public DeviceBuffer<T> FusedMoe(FusedMoeArguments<T> arguments, CudaStream stream)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(stream);
        BufferChecks.CheckDevice(stream.Context, Context, nameof(stream));
        if (TSelf.Descriptor.Gemm == Gemm.Custom)
        {
            throw new InvalidOperationException(
                $"{TSelf.Descriptor.Name} is generated with Gemm = Custom, and its GEMMs are methods of a layer; make a layer and call Forward, or set Gemm to TensorCore or Cublas.");
        }

        Context.ThrowIfLost();
        LayerChecks.CheckRouting(TSelf.Descriptor, fromLogits: false);
        CudaWeights<T> weights = Bind(arguments);
        ArgumentNullException.ThrowIfNull(arguments.Input);
        DeviceBuffer<T>? allocated = arguments.Output is null ? Context.Allocate<T>(arguments.Input.Length) : null;
        try
        {
            DeviceBuffer<T> output = arguments.Output ?? allocated!;
            CudaCall<T> call = CallChecks.Check(
                TSelf.Descriptor, Context, weights, arguments.Input, arguments.TokenSelectedExperts, arguments.TokenFinalScales, output);
            using HandleHolds holds = Hold(arguments, output);
            Forward(call, weights, stream, arguments.WorkspaceBuffer);
            return output;
        }
        catch
        {
            allocated?.Dispose();
            throw;
        }
    }

    private static HandleHolds Hold(FusedMoeArguments<T> arguments, DeviceBuffer<T> output)
    {
        var holds = new HandleHolds();
        try
        {
            holds.Add(arguments.Input.Resource);
            holds.Add(arguments.TokenSelectedExperts.Resource);
            holds.Add(arguments.TokenFinalScales?.Resource);
            holds.Add(output.Resource);
            holds.Add(arguments.Fc1ExpertWeights.Resource);
            holds.Add(arguments.Fc2ExpertWeights.Resource);
            holds.Add(arguments.Fc1ExpertBiases?.Resource);
            holds.Add(arguments.Fc2ExpertBiases?.Resource);
            holds.Add(arguments.SwigluAlpha?.Resource);
            holds.Add(arguments.SwigluBeta?.Resource);
            holds.Add(arguments.SwigluLimit?.Resource);
            return holds;
        }
        catch
        {
            holds.Dispose();
            throw;
        }
    }

    private CudaWeights<T> Bind(FusedMoeArguments<T> arguments)
    {
        CheckRank(arguments.TpRank, arguments.TpSize, nameof(arguments.TpRank), nameof(arguments.TpSize));
        CheckRank(arguments.EpRank, arguments.EpSize, nameof(arguments.EpRank), nameof(arguments.EpSize));
        MoeShape shape = arguments.Shape;
        WeightChecks.CheckFormat(TSelf.Descriptor, WeightFormat.SameAsDtype, 0, false);
        WeightChecks.Check(
            TSelf.Descriptor,
            Context,
            shape,
            arguments.Fc1Layout,
            arguments.Fc1ExpertWeights,
            arguments.Fc2ExpertWeights,
            arguments.Fc1ExpertBiases,
            arguments.Fc2ExpertBiases,
            arguments.SwigluAlpha,
            arguments.SwigluBeta,
            arguments.SwigluLimit);
        return new CudaWeights<T>
        {
            Shape = shape,
            Fc1Rows = Fc1RowMap.For(arguments.Fc1Layout, shape.IntermediateSize),
            LocalExperts = new LocalExpertArguments { First = checked(arguments.EpRank * shape.NumExperts), NumLocal = shape.NumExperts },
            NumGlobalExperts = checked(arguments.EpSize * shape.NumExperts),
            Fc1ExpertWeights = arguments.Fc1ExpertWeights.Pointer,
            Fc2ExpertWeights = arguments.Fc2ExpertWeights.Pointer,
            Fc1ExpertBiases = arguments.Fc1ExpertBiases?.Pointer ?? default,
            Fc2ExpertBiases = arguments.TpRank == 0 ? arguments.Fc2ExpertBiases?.Pointer ?? default : default,
            SwigluAlpha = arguments.SwigluAlpha?.Pointer ?? default,
            SwigluBeta = arguments.SwigluBeta?.Pointer ?? default,
            SwigluLimit = arguments.SwigluLimit?.Pointer ?? default,
        };
    }

    private static void CheckRank(int rank, int size, string rankName, string sizeName)
    {
        if (size < 1 || rank < 0 || rank >= size)
        {
            throw new ArgumentException($"{rankName} is {rank} and {sizeName} is {size}; {sizeName} must be at least 1 and {rankName} from 0 to {sizeName} - 1.", rankName);
        }
    }
}
