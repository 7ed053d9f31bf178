using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>Neither managed nor device memory is allocated per call. Runs alone: free device memory is everybody's.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests
{
    [Fact]
    public void Forward_allocates_nothing_after_warm_up()
    {
        CudaContext context = Gpu.Context;
        var data = new Data<BFloat16>(new Problem(3000, 8, 2, 64, 64, Fc1Layout.UpGate));
        using var layer = new Bf16SwigluLadder(context, data.Weights, Gpu.Options);
        using var buffers = new Buffers<BFloat16>(context, data);
        using CudaStream stream = context.CreateStream();
        for (int i = 0; i < 3; i++)
        {
            layer.Forward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream);
        }

        stream.Synchronize();
        long freeBefore = context.FreeMemoryBytes;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            layer.Forward(buffers.Input, buffers.Ids, buffers.Scales, buffers.Output, stream);
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        stream.Synchronize();
        Assert.Equal(0, allocated);
        Assert.Equal(freeBefore, context.FreeMemoryBytes);
    }
}
