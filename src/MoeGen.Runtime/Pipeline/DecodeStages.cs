namespace MoeGen;

/// <summary>The stages of a call of few slots: routing, GEMM1 and activation in one launch, GEMM2 and the reduction in another.</summary>
internal static class DecodeStages
{
    // Sums of 16 warps with this many slots fill the shared memory of 8 warps with all.
    private const int MaxWideSlots = GemmVariant.MaxDecodeSlots / 2;

    /// <summary>Enqueues both launches; <paramref name="activated"/> is scratch between them, [T * K, I].</summary>
    public static void Enqueue<T>(
        IMoeLaunchers<T> launchers,
        in CudaCall<T> call,
        in CudaWeights<T> weights,
        in CudaSlots expertSlots,
        DevicePointer<T> activated,
        CudaStream stream)
        where T : unmanaged
    {
        int slots = call.NumTokens * call.TopK;
        bool wide = slots <= MaxWideSlots && (weights.Shape.HiddenSize + 15) / 16 <= stream.Context.MultiprocessorCount;
        launchers.DecodeGemm1(
            new DecodeGemm1Arguments<T>
            {
                Input = call.Input,
                Fc1ExpertWeights = weights.Fc1ExpertWeights,
                Activated = activated,
                TokenSelectedExperts = expertSlots.Experts,
                LocalExperts = weights.LocalExperts,
                Fc1ExpertBiases = weights.Fc1ExpertBiases,
                SwigluAlpha = weights.SwigluAlpha,
                SwigluBeta = weights.SwigluBeta,
                SwigluLimit = weights.SwigluLimit,
                NumSlots = slots,
                TopK = call.TopK,
                HiddenSize = weights.Shape.HiddenSize,
                IntermediateSize = weights.Shape.IntermediateSize,
                GateRowOffset = weights.Fc1Rows.GateRowOffset,
                GateRowStride = weights.Fc1Rows.GateRowStride,
                UpRowOffset = weights.Fc1Rows.UpRowOffset,
                UpRowStride = weights.Fc1Rows.UpRowStride,
                NumTokensOnDevice = call.NumTokensOnDevice,
                TokenInputScales = expertSlots.InputScales,
                Fc2ExpertWeights = weights.Fc2ExpertWeights,
                Gemm2Warps = wide ? 16 : 8,
            },
            stream);
        var arguments = new DecodeGemm2Arguments<T>
        {
            Activated = activated,
            Fc2ExpertWeights = weights.Fc2ExpertWeights,
            Output = call.Output,
            TokenSelectedExperts = expertSlots.Experts,
            LocalExperts = weights.LocalExperts,
            Fc2ExpertBiases = weights.Fc2ExpertBiases,
            TokenFinalScales = expertSlots.FinalScales,
            NumTokensOnDevice = call.NumTokensOnDevice,
            NumSlots = slots,
            TopK = call.TopK,
            HiddenSize = weights.Shape.HiddenSize,
            IntermediateSize = weights.Shape.IntermediateSize,
        };
        if (wide)
        {
            launchers.DecodeGemm2Wide(arguments, stream);
        }
        else
        {
            launchers.DecodeGemm2(arguments, stream);
        }
    }
}
