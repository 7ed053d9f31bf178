using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>
/// Random calls of random sizes from several threads, each on a stream of its own, eager and replayed: every result has the bits
/// of a first call on an idle device. Seconds by <c>MOEGEN_SOAK_SECONDS</c>; a few where it is not set.
/// </summary>
public sealed class SoakTests
{
    private const int Threads = 4;
    private const int Jobs = 24;

    [Fact]
    public async Task Random_calls_on_several_streams_keep_their_bits()
    {
        CudaContext context = Gpu.Context;
        double seconds = double.Parse(Environment.GetEnvironmentVariable("MOEGEN_SOAK_SECONDS") ?? "4", CultureInfo.InvariantCulture);
        using var ladder = new SoakLayer<Bf16SwigluLadder>(context, weights => new(context, weights, Gpu.Options), seed: 1);
        using var pinned = new SoakLayer<Bf16SwigluPinned>(context, weights => new(context, weights, Gpu.Options), seed: 2);
        long start = Stopwatch.GetTimestamp();
        var calls = new long[Threads];
        Task Caller(int index) => Task.Factory.StartNew(
            () =>
            {
                var random = new Random(index);
                using CudaStream stream = context.CreateStream();
                while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
                {
                    if (random.Next(2) == 0)
                    {
                        ladder.Run(random, stream);
                    }
                    else
                    {
                        pinned.Run(random, stream);
                    }

                    calls[index]++;
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(Caller));

        TestContext.Current.TestOutputHelper?.WriteLine($"{calls.Sum()} calls in {seconds} s");
        Assert.DoesNotContain(0, calls);
        Assert.Empty(ladder.Mismatches.Concat(pinned.Mismatches));
    }

    /// <summary>One layer, and random calls of it with their expected outputs.</summary>
    private sealed class SoakLayer<TLayer> : IDisposable
        where TLayer : MoeLayer<TLayer, BFloat16>, IMoeDescriptor<TLayer, BFloat16>
    {
        private readonly CudaContext _context;
        private readonly TLayer _layer;
        private readonly List<(Data<BFloat16> Data, Buffers<BFloat16> Buffers, BFloat16[] Expected)> _jobs = [];

        public SoakLayer(CudaContext context, Func<MoeWeights<BFloat16>, TLayer> make, int seed)
        {
            _context = context;
            var random = new Random(seed);
            Data<BFloat16> Draw(int job) => new(new Problem(
                random.Next(3) == 0 ? random.Next(1, 3000) : random.Next(1, 40), 12, 4, 136, 200, Fc1Layout.GateUp, (IdPattern)random.Next(4), 7)
                with { Seed = 100 + job });
            MoeWeights<BFloat16> weights = Draw(0).Weights;
            _layer = make(weights);
            for (int job = 0; job < Jobs; job++)
            {
                Data<BFloat16> data = Draw(job);
                _jobs.Add((data, new Buffers<BFloat16>(context, data), LayerHarness.Run(_layer, context, data, poison: 0xD5)));
            }
        }

        public List<string> Mismatches { get; } = [];

        public void Run(Random random, CudaStream stream)
        {
            (Data<BFloat16> data, Buffers<BFloat16> buffers, BFloat16[] expected) = _jobs[random.Next(Jobs)];
            using DeviceBuffer<BFloat16> output = _context.Allocate<BFloat16>(expected.Length);
            output.Fill((byte)random.Next(256), stream);
            bool replayed = random.Next(4) == 0;
            if (replayed)
            {
                using MoeGraph graph = _layer.CaptureForward(buffers.Input, buffers.Ids, buffers.Scales, output, stream);
                graph.Launch(stream);
                stream.Synchronize();
            }
            else
            {
                _layer.Forward(buffers.Input, buffers.Ids, buffers.Scales, output, stream);
            }

            var actual = new BFloat16[expected.Length];
            output.CopyTo(actual, stream);
            if (!actual.AsSpan().SequenceEqual(expected))
            {
                lock (Mismatches)
                {
                    Mismatches.Add($"{data.Problem}{(replayed ? ", replayed" : "")}: other bits than the first call's");
                }
            }
        }

        public void Dispose()
        {
            _jobs.ForEach(job => job.Buffers.Dispose());
            _layer.Dispose();
        }
    }
}
