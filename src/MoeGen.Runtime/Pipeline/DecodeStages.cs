namespace MoeGen;

/// <summary>
/// The stages of a call of few slots: all in one launch. Where weights are codes, routing, GEMM1 and activation in one launch, GEMM2 and the reduction in
/// another; between them, where activations are quantised, the activated rows become codes.
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
        if (descriptor.Weights == WeightFormat.SameAsDtype)
        {
            Whole(stream);
            return;
        }

        Gemm1(stream);
        if (descriptor.QuantizesActivations)
        {
            QuantizeStages.Activated(launchers, call, expertSlots, weights, layout, workspace, isSorted: false, stream);
        }

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
            },
            stream);

    private void Gemm1(CudaStream stream) =>
        launchers.DecodeGemm1(
            new DecodeGemm1Arguments<T>
            {
                Input = descriptor.QuantizesActivations ? new(workspace + (ulong)layout.Quantized.InputCodes) : call.Input,
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
                Fc2ExpertWeights = weights.Fc2ExpertWeights,
                ArrivedBlocks = new(workspace + (ulong)layout.ArrivedBlocks),
                Gemm2Warps = layout.DecodeSplit.Blocks == 1 ? layout.DecodeSplit.Warps : 0,
                InputScales = new(workspace + (ulong)layout.Quantized.InputScales),
                Fc1Scales = weights.Fc1Scales,
                Fc1ZeroPoints = weights.Fc1ZeroPoints,
            },
            stream);

    private void Gemm2(CudaStream stream)
    {
        var arguments = new DecodeGemm2Arguments<T>
        {
            Activated = descriptor.QuantizesActivations ? new(workspace + (ulong)layout.Quantized.ActivatedCodes) : Activated,
            Fc2ExpertWeights = weights.Fc2ExpertWeights,
            Output = call.Output,
            TokenSelectedExperts = expertSlots.Experts,
            LocalExperts = weights.LocalExperts,
            Fc2ExpertBiases = weights.Fc2ExpertBiases,
            TokenFinalScales = expertSlots.FinalScales,
            NumTokensOnDevice = call.NumTokensOnDevice,
            NumSlots = Slots,
            TopK = call.TopK,
            HiddenSize = weights.Shape.HiddenSize,
            IntermediateSize = weights.Shape.IntermediateSize,
            BlockSums = layout.DecodeSplit.Blocks > 1 ? new(workspace + (ulong)layout.BlockSums) : default,
            ArrivedBlocks = new(workspace + (ulong)layout.ArrivedBlocks),
            Splits = layout.DecodeSplit.Blocks,
            ActivatedScales = new(workspace + (ulong)layout.Quantized.ActivatedScales),
            Fc2Scales = weights.Fc2Scales,
            Fc2ZeroPoints = weights.Fc2ZeroPoints,
        };
        if (layout.DecodeSplit.Warps == 16)
        {
            launchers.DecodeGemm2Wide(arguments, stream);
        }
        else
        {
            launchers.DecodeGemm2(arguments, stream);
        }
    }
}
