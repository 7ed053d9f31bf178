using System.Runtime.InteropServices;
using MoeGen.Checkpoints;
using MoeGen.Native;
using Xunit;

namespace MoeGen.Tests;

/// <summary>Experts of many pieces, which several threads convert and copy to the device.</summary>
public sealed class UploadTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("stacked")]
    [InlineData("transposed")]
    [InlineData("fp8")]
    [InlineData("mxfp4")]
    public void Pieces_arrive_at_their_places(string form)
    {
        int experts = LargeCheckpoint.Write(_folder, form, 80_000_000);
        using var driver = new FakeCudaDriver();
        using var context = new CudaContext(driver);
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        MoeBlock block = checkpoint.GetBlock(0);
        MoeWeights<BFloat16> loaded = block.LoadWeights<BFloat16>(allowConversion: true);
        int thread = Environment.CurrentManagedThreadId;
        var done = new List<int>();
        var progress = new Listener(report =>
        {
            Assert.Equal(thread, Environment.CurrentManagedThreadId);
            done.Add(report.ExpertsDone);
        });
        using (DeviceMoeWeights<BFloat16> uploaded = block.Upload<BFloat16>(context, allowConversion: true, progress))
        {
            Check(loaded.Fc1ExpertWeights, uploaded.Fc1ExpertWeights);
            Check(loaded.Fc2ExpertWeights, uploaded.Fc2ExpertWeights);
        }

        Assert.True(experts > 1);
        Assert.Equal(Enumerable.Range(1, experts), done);

        static void Check(IReadOnlyList<ReadOnlyMemory<BFloat16>> expected, DeviceBuffer<BFloat16> device)
        {
            var values = new BFloat16[device.Length];
            device.CopyTo(values);
            for (int expert = 0; expert < expected.Count; expert++)
            {
                ReadOnlySpan<BFloat16> part = values.AsSpan(expert * expected[expert].Length, expected[expert].Length);
                Assert.True(MemoryMarshal.AsBytes(part).SequenceEqual(MemoryMarshal.AsBytes(expected[expert].Span)), $"expert {expert}");
            }
        }
    }

    [Fact]
    public void An_error_of_the_driver_ends_all_threads_and_frees_everything()
    {
        LargeCheckpoint.Write(_folder, "fp8", 40_000_000);
        using var driver = new FakeCudaDriver();
        using var context = new CudaContext(driver);
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        MoeBlock block = checkpoint.GetBlock(0);
        driver.NextFailure = (nameof(ICudaDriver.CopyHostToDevice), CudaResult.InvalidValue);
        Assert.Throws<CudaException>(() => block.Upload<BFloat16>(context, allowConversion: true));
        Assert.Equal(0, driver.LiveAllocations);
        block.Upload<BFloat16>(context, allowConversion: true).Dispose();
        Assert.Equal(0, driver.LiveAllocations);
    }

    [Fact]
    public void What_the_listener_throws_ends_all_threads_and_frees_everything()
    {
        LargeCheckpoint.Write(_folder, "fp8", 80_000_000);
        using var driver = new FakeCudaDriver();
        using var context = new CudaContext(driver);
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(_folder.Path);
        var progress = new Listener(static _ => throw new TimeoutException("enough"));
        Assert.Throws<TimeoutException>(() => checkpoint.GetBlock(0).Upload<BFloat16>(context, allowConversion: true, progress));
        Assert.Equal(0, driver.LiveAllocations);
    }

    private sealed class Listener(Action<MoeLoadProgress> action) : IProgress<MoeLoadProgress>
    {
        public void Report(MoeLoadProgress value) => action(value);
    }
}
