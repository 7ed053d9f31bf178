namespace MoeGen;

/// <summary>
/// The stages of a call of few slots: all in one launch. Where activations are quantised, routing, GEMM1 and activation in one launch, GEMM2 and the
/// reduction in another, and between them the activated rows become codes.
/// </summary>
internal readonly struct DecodeStages<T>(
    IMoeLaunchers<T> launchers, MoeDescriptor descriptor, CudaCall<T> call, CudaWeights<T> weights, CudaSlots expertSlots, WorkspaceLayout layout, ulong workspace)
    where T : unmanaged
{
    private int Slots => call.NumTokens * call.TopK;

    private DevicePointer<T> Activated => new(workspace + (ulong)layout.Activated);

    /// <summary>Enqueues them.</summary>
    public void Enqueue(CudaStream stream)
    {
        if (!descriptor.QuantizesActivations)
        {
            Whole(stream);
            return;
        }

        Gemm1(stream);
        QuantizeStages.Activated(launchers, call, expertSlots, weights, layout, workspace, isSorted: false, stream);
        Gemm2(stream);
    }

    private void Whole(CudaStream stream) =>
        launchers.Decode(
            new DecodeArguments<T>
            {
                Input = call.Input,
                Fc1ExpertWeights = weights.Fc1ExpertWeights,
                Fc2ExpertWeights = weights.Fc2ExpertWeights,
                Activated = Activated,
                Output = call.Output,
                TokenSelectedExperts = expertSlots.Experts,
                LocalExperts = weights.LocalExperts,
                Fc1ExpertBiases = weights.Fc1ExpertBiases,
                Fc2ExpertBiases = weights.Fc2ExpertBiases,
                SwigluAlpha = weights.SwigluAlpha,
                SwigluBeta = weights.SwigluBeta,
                SwigluLimit = weights.SwigluLimit,
                TokenFinalScales = expertSlots.FinalScales,
                TokenInputScales = expertSlots.InputScales,
                NumTokensOnDevice = call.NumTokensOnDevice,
                Counters = new(workspace + (ulong)WorkspaceLayout.DecodeCounters),
                PartSums = new(workspace + (ulong)WorkspaceLayout.PartSums),
                NumSlots = Slots,
                TopK = call.TopK,
                HiddenSize = weights.Shape.HiddenSize,
                IntermediateSize = weights.Shape.IntermediateSize,
                GateRowOffset = weights.Fc1Rows.GateRowOffset,
                GateRowStride = weights.Fc1Rows.GateRowStride,
                UpRowOffset = weights.Fc1Rows.UpRowOffset,
                UpRowStride = weights.Fc1Rows.UpRowStride,
                MaxBlocks = WorkspaceLayout.MaxDecodeBlocks,
                Fc1Scales = weights.Fc1Scales,
                Fc2Scales = weights.Fc2Scales,
                Fc1ZeroPoints = weights.Fc1ZeroPoints,
                Fc2ZeroPoints = weights.Fc2ZeroPoints,
            },
            stream);

    private void Gemm1(CudaStream stream) =>
        launchers.DecodeGemm1(
            new DecodeGemm1Arguments<T>
            {
                Input = new(workspace + (ulong)layout.Quantized.InputCodes),
                Fc1ExpertWeights = weights.Fc1ExpertWeights,
                Activated = Activated,
                TokenSelectedExperts = expertSlots.Experts,
                LocalExperts = weights.LocalExperts,
                Fc1ExpertBiases = weights.Fc1ExpertBiases,
                SwigluAlpha = weights.SwigluAlpha,
                SwigluBeta = weights.SwigluBeta,
                SwigluLimit = weights.SwigluLimit,
                NumSlots = Slots,
                TopK = call.TopK,
                HiddenSize = weights.Shape.HiddenSize,
                IntermediateSize = weights.Shape.IntermediateSize,
                GateRowOffset = weights.Fc1Rows.GateRowOffset,
                GateRowStride = weights.Fc1Rows.GateRowStride,
                UpRowOffset = weights.Fc1Rows.UpRowOffset,
                UpRowStride = weights.Fc1Rows.UpRowStride,
                NumTokensOnDevice = call.NumTokensOnDevice,
                TokenInputScales = expertSlots.InputScales,
                InputScales = new(workspace + (ulong)layout.Quantized.InputScales),
                Fc1Scales = weights.Fc1Scales,
            },
            stream);

    private void Gemm2(CudaStream stream) =>
        launchers.DecodeGemm2(
            new DecodeGemm2Arguments<T>
            {
                Activated = new(workspace + (ulong)layout.Quantized.ActivatedCodes),
                Fc2ExpertWeights = weights.Fc2ExpertWeights,
                Output = call.Output,
                TokenSelectedExperts = expertSlots.Experts,
                LocalExperts = weights.LocalExperts,
                Fc2ExpertBiases = weights.Fc2ExpertBiases,
                TokenFinalScales = expertSlots.FinalScales,
                NumTokensOnDevice = call.NumTokensOnDevice,
                Counters = new(workspace + (ulong)WorkspaceLayout.DecodeCounters),
                PartSums = new(workspace + (ulong)WorkspaceLayout.PartSums),
                NumSlots = Slots,
                TopK = call.TopK,
                HiddenSize = weights.Shape.HiddenSize,
                IntermediateSize = weights.Shape.IntermediateSize,
                MaxBlocks = WorkspaceLayout.MaxDecodeBlocks,
                ActivatedScales = new(workspace + (ulong)layout.Quantized.ActivatedScales),
                Fc2Scales = weights.Fc2Scales,
            },
            stream);
}
