namespace MoeGen;

/// <summary>The two GEMM stages around a caller's <see cref="IGroupedGemm{T}"/>: permute and activation before and after it.</summary>
internal static class CustomGemmStages
{
    /// <summary>Permute, the caller's GEMM1, activation.</summary>
    public static void Gemm1<T>(
        IMoeLaunchers<T> launchers, in CudaCall<T> call, in CudaSlots slots, in CudaWeights<T> weights, in WorkspaceLayout layout, ulong workspace, CudaStream stream)
        where T : unmanaged
    {
        MoeShape shape = weights.Shape;
        bool gated = weights.Fc1Rows.UpRowStride != 0;
        DevicePointer<T> permuted = new(workspace + (ulong)layout.Permuted);
        DevicePointer<float> products = new(workspace + (ulong)layout.Products);
        DevicePointer<int> offsets = new(workspace + (ulong)layout.ExpertOffsets);
        launchers.Permute(
            new PermuteArguments<T>
            {
                Input = call.Input,
                Permuted = permuted,
                ExpertOffsets = offsets,
                SortedSlots = new(workspace + (ulong)layout.SortedSlots),
                NumExperts = shape.NumExperts,
                TopK = call.TopK,
                HiddenSize = shape.HiddenSize,
            },
            layout.NumSlots,
            stream);
        call.Gemm1!.Gemm1(
            new GroupedGemmArguments<T, float>(
                permuted, weights.Fc1ExpertWeights, products, offsets, shape.NumExperts, shape.Fc1Rows(gated), shape.HiddenSize, layout.NumSlots),
            stream);
        launchers.ApplyActivation(
            new ApplyArguments<T>
            {
                Products = products,
                Activated = new(workspace + (ulong)layout.Activated),
                Fc1ExpertBiases = weights.Fc1ExpertBiases,
                SwigluAlpha = weights.SwigluAlpha,
                SwigluBeta = weights.SwigluBeta,
                SwigluLimit = weights.SwigluLimit,
                ExpertOffsets = offsets,
                TokenInputScales = slots.InputScales,
                SortedSlots = new(workspace + (ulong)layout.SortedSlots),
                NumExperts = shape.NumExperts,
                IntermediateSize = shape.IntermediateSize,
                GateRowOffset = weights.Fc1Rows.GateRowOffset,
                GateRowStride = weights.Fc1Rows.GateRowStride,
                UpRowOffset = weights.Fc1Rows.UpRowOffset,
                UpRowStride = weights.Fc1Rows.UpRowStride,
            },
            layout.NumSlots,
            stream);
    }

    /// <summary>The caller's GEMM2; its rows stay in sorted order, and finalize finds them and adds the bias.</summary>
    public static void Gemm2<T>(in CudaCall<T> call, in CudaWeights<T> weights, in WorkspaceLayout layout, ulong workspace, CudaStream stream)
        where T : unmanaged =>
        call.Gemm2!.Gemm2(
            new GroupedGemmArguments<T, T>(
                new(workspace + (ulong)layout.Activated),
                weights.Fc2ExpertWeights,
                new(workspace + (ulong)layout.ExpertOutput),
                new(workspace + (ulong)layout.ExpertOffsets),
                weights.Shape.NumExperts,
                weights.Shape.HiddenSize,
                weights.Shape.IntermediateSize,
                layout.NumSlots),
            stream);
}
