using Xunit;

namespace MoeGen.Gpu.Tests;

/// <summary>The whole block in one call: hidden states in, block output out, on every path that a call may take.</summary>
public sealed class BlockTests
{
    private static readonly RouterOptions Grouped = new() { NumExpertGroups = 4, NumSelectedGroups = 2, Renormalize = true, RoutedScalingFactor = 2.5f, NumSharedExperts = 1 };

    private static readonly RouterOptions TwoShared = new() { NumSharedExperts = 2 };

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(20)]
    [InlineData(140)]
    public void Grouped_sigmoid_with_a_shared_expert(int tokens) =>
        Check<GroupedSigmoidLayer, BFloat16>(new RouterCase(RoutingMethod.SigmoidGroupedTopK, tokens, 32, 4, Grouped, Biases: true), (context, weights) => new(context, weights, Gpu.Options));

    // The depth of the router's linear layer is divided, and the gate's with it.
    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(70)]
    public void Router_in_parts(int tokens)
    {
        Check<GroupedSigmoidLayer, BFloat16>(
            new RouterCase(RoutingMethod.SigmoidGroupedTopK, tokens, 32, 4, Grouped, Biases: true), (context, weights) => new(context, weights, Gpu.Options), hidden: 1032);
        Check<SoftmaxLayer, BFloat16>(
            new RouterCase(RoutingMethod.SoftmaxTopK, tokens, 13, 4, TwoShared, Biases: true, Gate: true), (context, weights) => new(context, weights, Gpu.Options), hidden: 776);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(37)]
    public void Softmax_with_gated_shared_experts(int tokens) =>
        Check<SoftmaxLayer, BFloat16>(new RouterCase(RoutingMethod.SoftmaxTopK, tokens, 13, 4, TwoShared, Biases: true, Gate: true), (context, weights) => new(context, weights, Gpu.Options));

    [Theory]
    [InlineData(1)]
    [InlineData(19)]
    [InlineData(90)]
    public void Scaled_input_with_a_shared_expert(int tokens) =>
        Check<InputScaledLayer, BFloat16>(
            new RouterCase(RoutingMethod.TopKSigmoidInput, tokens, 16, 2, new RouterOptions { NumSharedExperts = 1 }), (context, weights) => new(context, weights, Gpu.Options));

    [Fact]
    public void Scaled_input_with_biases() => Check<InputScaledOaiLayer, Half>(
        new RouterCase(RoutingMethod.TopKSigmoidInput, 75, 6, 2, RouterOptions.Default, Biases: true), (context, weights) => new(context, weights, Gpu.Options), Fc1Layout.Interleaved, biases: true);

    [Fact]
    public void Scaled_input_by_cublas()
    {
        CudaContext context = Gpu.RequireCublas();
        var check = new BlockCheck<InputScaledCublasLayer, BFloat16>(
            new RouterCase(RoutingMethod.TopKSigmoidInput, 23, 8, 2, new RouterOptions { NumSharedExperts = 1 }), 64, 40, biases: true);
        using var layer = new InputScaledCublasLayer(context, check.Weights, Gpu.Options);
        var output = new BFloat16[check.Data.Input.Length];
        layer.ForwardBlock(check.Data.Input, check.Router, output);
        check.AssertOutput(output, 23);
    }

    [Fact]
    public void Sparse_mixer() => Check<SparseMixerLayer, BFloat16>(
        new RouterCase(RoutingMethod.SparseMixer, 41, 16, 2, new RouterOptions { JitterEpsilon = 0.1f }), (context, weights) => new(context, weights, Gpu.Options));

    [Fact]
    public void Misfits_are_refused_before_any_work()
    {
        CudaContext context = Gpu.Context;
        var check = new BlockCheck<SoftmaxLayer, BFloat16>(new RouterCase(RoutingMethod.SoftmaxTopK, 2, 8, 2), 16, 16);
        using var layer = new SoftmaxLayer(context, check.Weights, Gpu.Options);
        using CudaStream stream = context.CreateStream();
        using DeviceBuffer<BFloat16> input = context.Allocate<BFloat16>(32), output = context.Allocate<BFloat16>(32);
        Refuse("router chooses by SigmoidTopK", new MoeRouter(RoutingMethod.SigmoidTopK, 8, 2, new float[8 * 16]));
        Refuse("router has 7 routed and 0 shared experts", new MoeRouter(RoutingMethod.SoftmaxTopK, 7, 2, new float[7 * 16]));
        Refuse("router has H = 8", new MoeRouter(RoutingMethod.SoftmaxTopK, 8, 2, new float[8 * 8]));
        using DeviceMoeRouter router = DeviceMoeRouter.Upload(context, check.Router);
        using DeviceBuffer<int> counts = context.Allocate<int>(2);
        Assert.Contains("numTokensOnDevice has 2 elements", Assert.Throws<ArgumentException>(() => layer.ForwardBlock(input, router, output, stream, null, counts)).Message, StringComparison.Ordinal);
        using DeviceBuffer<byte> small = context.Allocate<byte>(layer.GetBlockWorkspaceBytes(2, router) - 1);
        Assert.Contains("workspace has", Assert.Throws<ArgumentException>(() => layer.ForwardBlock(input, router, output, stream, small)).Message, StringComparison.Ordinal);
        router.Dispose();
        Assert.Throws<ObjectDisposedException>(() => layer.ForwardBlock(input, router, output, stream));

        void Refuse(string reason, MoeRouter misfit)
        {
            using DeviceMoeRouter onDevice = DeviceMoeRouter.Upload(context, misfit);
            Assert.Contains(reason, Assert.Throws<ArgumentException>(() => layer.ForwardBlock(input, onDevice, output, stream)).Message, StringComparison.Ordinal);
            Assert.Contains(reason, Assert.Throws<ArgumentException>(() => layer.ForwardBlock(new BFloat16[32], misfit, new BFloat16[32])).Message, StringComparison.Ordinal);
        }
    }

    private static void Check<TLayer, T>(RouterCase router, MakeLayer<TLayer, T> make, Fc1Layout layout = Fc1Layout.GateUp, bool biases = false, int hidden = 72)
        where TLayer : MoeLayer<TLayer, T>, IMoeDescriptor<TLayer, T>
        where T : unmanaged
    {
        CudaContext context = Gpu.Context;
        var check = new BlockCheck<TLayer, T>(router, hidden, 40, layout, biases);
        using TLayer layer = make(context, check.Weights);

        // From host memory.
        var output = new T[check.Data.Input.Length];
        layer.ForwardBlock(check.Data.Input, check.Router, output);
        check.AssertOutput(output, router.T);

        // On the device, by a graph whose token count changes between its launches, and by a call.
        using DeviceMoeRouter deviceRouter = DeviceMoeRouter.Upload(context, check.Router);
        using DeviceBuffer<T> input = Buffers<T>.Upload<T>(context, check.Data.Input), deviceOutput = context.Allocate<T>(output.Length);
        using DeviceBuffer<int> count = context.Allocate<int>(1);
        using CudaStream stream = context.CreateStream();
        using MoeGraph graph = layer.CaptureForwardBlock(input, deviceRouter, deviceOutput, stream, count);
        foreach (int numTokens in new[] { router.T, router.T / 2, 0, router.T + 7, -1, router.T - 1 })
        {
            count.CopyFrom([numTokens]);
            deviceOutput.Fill(0xFF);
            graph.Launch(stream);
            stream.Synchronize();
            deviceOutput.CopyTo(output);
            check.AssertOutput(output, Math.Clamp(numTokens, 0, router.T));
        }

        using DeviceBuffer<byte> workspace = context.Allocate<byte>(layer.GetBlockWorkspaceBytes(router.T, deviceRouter));
        workspace.Fill(0xFF);
        layer.ForwardBlock(input, deviceRouter, deviceOutput, stream, workspace);
        stream.Synchronize();
        deviceOutput.CopyTo(output);
        check.AssertOutput(output, router.T);

        // In the layer's own workspace, which the second call finds as the first one left it.
        for (int call = 0; call < 2; call++)
        {
            deviceOutput.Fill(0xFF, stream);
            layer.ForwardBlock(input, deviceRouter, deviceOutput, stream);
            stream.Synchronize();
            deviceOutput.CopyTo(output);
            check.AssertOutput(output, router.T);
        }

        // From logits: the router's weight and bias are left out, its gate is not.
        double[] logits = RouterReference.Logits<T>(check.Data.Input, check.Router.Weight.Span, check.Router.HiddenSize);
        using DeviceBuffer<float> deviceLogits = Buffers<T>.Upload<float>(context, [.. logits.Select((logit, i) => (float)(logit + (router.Biases ? check.Router.Bias.Span[i % router.E] : 0)))]);
        layer.ForwardFromLogits(input, deviceLogits, deviceRouter, deviceOutput, stream, workspace);
        stream.Synchronize();
        deviceOutput.CopyTo(output);
        check.AssertOutput(output, router.T);
    }
}
