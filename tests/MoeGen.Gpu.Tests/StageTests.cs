using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>Each stage of the pipeline by itself: what lies in the workspace after a call.</summary>
public sealed class StageTests
{
    public static TheoryData<Problem> Cases => new()
    {
        new Problem(1, 8, 2, 64, 32, Fc1Layout.GateUp),
        new Problem(100, 10, 3, 72, 40, Fc1Layout.Interleaved, IdPattern.Invalid),
        new Problem(2048, 6, 2, 64, 32, Fc1Layout.UpGate),
        new Problem(2100, 6, 2, 64, 32, Fc1Layout.UpGate, IdPattern.Repeating),
        new Problem(700, 1000, 8, 16, 16, Fc1Layout.GateUp, IdPattern.Invalid),
        new Problem(70_000, 3, 4, 8, 8, Fc1Layout.GateUp, IdPattern.Invalid),
    };

    [Theory, MemberData(nameof(Cases))]
    public void Stages_agree_with_the_reference(Problem problem)
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(problem);

        // The decode kernels have no stages of their own, so few tokens take a named tile.
        MoeCudaOptions options = Gpu.Options ?? new MoeCudaOptions();
        using var layer = new Bf16SwigluLadder(context, data.Weights, problem.T == 1 ? options with { Variant = "m16n128k64s3" } : options);
        using var buffers = new Buffers<BFloat16>(context, data);
        using CudaStream stream = context.CreateStream();
        using DeviceBuffer<byte> workspace = context.Allocate<byte>(layer.GetWorkspaceBytes(problem.T, problem.K));
        workspace.Fill(0xFF, stream);
        layer.Forward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream, workspace);
        stream.Synchronize();

        int variant = layer.Pipeline!.SelectVariant(problem.Shape, problem.T, problem.K);
        WorkspaceLayout layout = layer.Pipeline.Layout(problem.Shape, problem.T, problem.K, variant);
        int tileM = Bf16SwigluLadder.Descriptor.Variants[variant].TileM;
        int[] sorted = CheckRoute(data, tileM, layout, workspace);
        CheckRows(data, sorted, layout, workspace);
    }

    /// <summary>Route: a stable sort by expert, and the table of M-tiles. Returns the slot of each sorted row.</summary>
    private static int[] CheckRoute(Data<BFloat16> data, int tileM, WorkspaceLayout layout, DeviceBuffer<byte> workspace)
    {
        int experts = data.Problem.E;
        int[] sorted = [.. Enumerable.Range(0, data.Ids.Length).Where(slot => (uint)data.Ids[slot] < (uint)experts).OrderBy(slot => data.Ids[slot])];
        var offsets = new int[experts + 1];
        var tileStarts = new int[experts + 1];
        var tileExperts = new List<int>();
        for (int expert = 0; expert < experts; expert++)
        {
            int count = data.Ids.Count(id => id == expert);
            offsets[expert + 1] = offsets[expert] + count;
            tileExperts.AddRange(Enumerable.Repeat(expert, (count + tileM - 1) / tileM));
            tileStarts[expert + 1] = tileExperts.Count;
        }

        Assert.Equal(offsets, Read<int>(workspace, layout.ExpertOffsets, experts + 1));
        Assert.Equal(tileStarts, Read<int>(workspace, layout.TileStarts, experts + 1));
        Assert.Equal(tileExperts, Read<int>(workspace, layout.TileExperts, tileExperts.Count));
        Assert.InRange(tileExperts.Count, 0, layout.MaxTiles);
        Assert.Equal(sorted, Read<int>(workspace, layout.SortedSlots, sorted.Length));
        return sorted;
    }

    /// <summary>GEMM1 + activation and GEMM2, row by row, each from the device's own input of that stage.</summary>
    private static void CheckRows(Data<BFloat16> data, int[] sorted, WorkspaceLayout layout, DeviceBuffer<byte> workspace)
    {
        (int hidden, int intermediate) = (data.Problem.H, data.Problem.I);
        var random = new Random(11);
        foreach (int row in Enumerable.Range(0, Math.Min(200, sorted.Length)).Select(_ => random.Next(sorted.Length)))
        {
            int slot = sorted[row];
            int expert = data.Ids[slot];
            BFloat16[] activated = Read<BFloat16>(workspace, layout.Activated + ((long)row * intermediate * 2), intermediate);
            ReadOnlySpan<BFloat16> x = data.Input.AsSpan(slot / data.Problem.K * hidden, hidden);
            var expected = new double[intermediate];
            for (int j = 0; j < intermediate; j++)
            {
                double gate = Dot(data.Weights.Fc1ExpertWeights[expert].Span.Slice(data.Weights.Rows.GateRow(j) * hidden, hidden), x);
                double up = Dot(data.Weights.Fc1ExpertWeights[expert].Span.Slice(data.Weights.Rows.UpRow(j) * hidden, hidden), x);
                expected[j] = gate / (1 + Math.Exp(-gate)) * up;
            }

            Assert.InRange(MoeError.RelativeL2<BFloat16>(activated, expected), 0, NumericContract.For(Dtype.BF16).TokenLimit(0));
            BFloat16[] output = layout.LogSplits > 0 ? ReadParts(workspace, layout, slot, hidden) : Read<BFloat16>(workspace, layout.ExpertOutput + ((long)slot * hidden * 2), hidden);
            var expectedOutput = new double[hidden];
            for (int h = 0; h < hidden; h++)
            {
                expectedOutput[h] = Dot(data.Weights.Fc2ExpertWeights[expert].Span.Slice(h * intermediate, intermediate), activated);
            }

            Assert.InRange(MoeError.RelativeL2<BFloat16>(output, expectedOutput), 0, NumericContract.For(Dtype.BF16).TokenLimit(0));
        }
    }

    private static BFloat16[] ReadParts(DeviceBuffer<byte> workspace, WorkspaceLayout layout, int slot, int hidden)
    {
        int parts = 1 << layout.LogSplits;
        float[] sums = Read<float>(workspace, layout.SplitSums + ((long)slot * parts * hidden * sizeof(float)), parts * hidden);
        var output = new BFloat16[hidden];
        ElementConversion.Narrow<BFloat16, float>([.. Enumerable.Range(0, hidden).Select(h => Enumerable.Range(0, parts).Sum(part => sums[(part * hidden) + h]))], output);
        return output;
    }

    private static double Dot(ReadOnlySpan<BFloat16> a, ReadOnlySpan<BFloat16> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += (double)(float)a[i] * (float)b[i];
        }

        return sum;
    }

    private static TElement[] Read<TElement>(DeviceBuffer<byte> workspace, long offset, int count)
        where TElement : unmanaged
    {
        var values = new TElement[count];
        if (count > 0)
        {
            workspace.Slice(offset, (long)count * System.Runtime.CompilerServices.Unsafe.SizeOf<TElement>())
                .CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
        }

        return values;
    }
}
