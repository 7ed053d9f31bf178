extern alias runtime;

using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using MoeGen.Generators.Models;
using MoeGen.Generators.Tests.Harness;

namespace MoeGen.Generators.Tests.Emission;

/// <summary>Generated classes, compiled and loaded: what the run time reads is what was planned.</summary>
public sealed class RuntimeContractTests
{
    [Fact]
    public void Descriptor_is_the_plan()
    {
        runtime::MoeGen.MoeDescriptor descriptor = Descriptor(Load("[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.Relu, Routing = RoutingMethod.SoftmaxTopK)]"));
        Assert.Equal(
            ("Samples.Layer", "BF16", "Relu", "SoftmaxTopK"),
            (descriptor.Name, descriptor.Dtype.ToString(), descriptor.Activation.ToString(), descriptor.Routing.ToString()));
        Assert.Equal(
            Samples.Model(new MoeSettings(Dtype.BF16)).Variants.Select(plan => new runtime::MoeGen.GemmVariant(
                plan.Name, plan.TileM, plan.TileN, plan.TileK, plan.Stages, plan.Threads, plan.SharedMemoryBytes, plan.MaxRegisters, plan.MinBlocksPerSm)),
            descriptor.Variants);
    }

    [Theory]
    [InlineData("BF16")]
    [InlineData("FP32")]
    public void Descriptor_has_the_stated_constants_and_sizes(string dtype)
    {
        runtime::MoeGen.MoeDescriptor descriptor = Descriptor(Load(
            $"[MoeConfig(Dtype = Dtype.{dtype}, Activation = Activation.SwigluOai, SwigluAlpha = 1.1f, SwigluLimit = 1e-7f, NumExperts = 32, HiddenSize = 2880)]"));
        Assert.Equal(new runtime::MoeGen.SwigluConstants(1.1f, 1f, 1e-7f), descriptor.Swiglu);
        Assert.Equal(new runtime::MoeGen.StaticShape(NumExperts: 32, HiddenSize: 2880), descriptor.StaticShape);
    }

    [Fact]
    public void Descriptor_has_the_defaults_of_what_is_left_out()
    {
        runtime::MoeGen.MoeDescriptor descriptor = Descriptor(Load("[MoeConfig(Dtype = Dtype.BF16, Activation = Activation.SwigluOai)]"));
        Assert.Equal(runtime::MoeGen.SwigluConstants.Default, descriptor.Swiglu);
        Assert.Equal(new runtime::MoeGen.StaticShape(), descriptor.StaticShape);
    }

    [Fact]
    public void FP32_has_no_kernels_and_says_so()
    {
        Type layer = Load("[MoeConfig(Dtype = Dtype.FP32)]");
        Assert.Empty(Descriptor(layer).Variants);
        Assert.Equal(["ManagedBackend"], layer.GetConstructors().Select(constructor => constructor.GetParameters()[0].ParameterType.Name));
        MethodInfo create = layer.GetMethods(BindingFlags.Static | BindingFlags.NonPublic).Single(method => method.Name.EndsWith(".CreateLaunchers", StringComparison.Ordinal));
        TargetInvocationException thrown = Assert.Throws<TargetInvocationException>(() => create.Invoke(null, [null]));
        Assert.Equal("FP32 runs on the managed backend only.", Assert.IsType<NotSupportedException>(thrown.InnerException).Message);
    }

    [Fact]
    public void SelectExperts_without_routing_says_what_to_set()
    {
        Type launchers = Load("[MoeConfig(Dtype = Dtype.FP16)]").GetNestedType("Launchers")!;
        object unbound = RuntimeHelpers.GetUninitializedObject(launchers);
        InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(
            () => ((runtime::MoeGen.IMoeLaunchers<Half>)unbound).SelectExperts(default, null!));
        Assert.Contains("set Routing to a method that starts from logits", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_variant_is_refused()
    {
        Type launchers = Load("[MoeConfig(Dtype = Dtype.FP16)]").GetNestedType("Launchers")!;
        object unbound = RuntimeHelpers.GetUninitializedObject(launchers);
        TargetInvocationException thrown = Assert.Throws<TargetInvocationException>(() => launchers.GetMethod("ResidentBlocks")!.Invoke(unbound, [7]));
        Assert.Contains("allowed are 0 to 6", Assert.IsType<ArgumentOutOfRangeException>(thrown.InnerException).Message, StringComparison.Ordinal);
    }

    private static runtime::MoeGen.MoeDescriptor Descriptor(Type layer) =>
        (runtime::MoeGen.MoeDescriptor)layer.GetProperty("Descriptor")!.GetValue(null)!;

    private static Type Load(string attribute)
    {
        GeneratorRun run = GeneratorHarness.Run($"using MoeGen; namespace Samples; {attribute} public partial class Layer;").AssertClean();
        using MemoryStream image = new();
        Assert.True(run.Output.Emit(image).Success);
        image.Position = 0;
        return new AssemblyLoadContext("Sample", isCollectible: true).LoadFromStream(image).GetType("Samples.Layer")!;
    }
}
