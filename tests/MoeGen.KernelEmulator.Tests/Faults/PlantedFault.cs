using System.Text;
using Xunit;
using Xunit.Sdk;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>A mistake put into the generated text before it is compiled.</summary>
/// <param name="Name">What is wrong.</param>
/// <param name="Find">Text that is there.</param>
/// <param name="Replace">What takes its place.</param>
/// <param name="Expected">What the emulator must report; null where the output must be out of its contract.</param>
public sealed record PlantedFault(string Name, string Find, string Replace, FaultKind? Expected)
{
    /// <summary>What the kernel with the mistake is compiled from: without the decode kernels, so that a call which would take them fails.</summary>
    internal MoeCudaOptions Options => EmulatedKernelCompiler.Options(text => Encoding.UTF8.GetBytes(Plant(TileText.WithoutDecode(Encoding.UTF8.GetString(text)))));

    /// <inheritdoc/>
    public override string ToString() => Name;

    private string Plant(string text)
    {
        string changed = text.Replace(Find, Replace, StringComparison.Ordinal);

        // No assertion: those are what a planted fault is meant to cause.
        return changed != text ? changed : throw new InvalidOperationException($"'{Name}' is not planted, since the text does not hold '{Find}'.");
    }

    /// <summary>Runs the layer with the mistake and asserts that it is seen.</summary>
    /// <param name="run">Runs the layer with the given options on the device; throws where the output is out of its contract.</param>
    /// <param name="optionsOf">From a change of the text to options; null: those of a layer as it is.</param>
    internal void AssertCaught(Action<EmulatedDevice, MoeCudaOptions> run, Func<Func<string, string>, MoeCudaOptions>? optionsOf = null)
    {
        MoeCudaOptions options = optionsOf?.Invoke(Plant) ?? Options;
        using var device = new EmulatedDevice(checksExpressions: Expected is FaultKind.OutOfBounds or FaultKind.Misaligned or FaultKind.UndefinedBehaviour);
        if (Expected is not { } kind)
        {
            Assert.ThrowsAny<XunitException>(() => run(device, options));
            Assert.Empty(device.Driver.Faults);
            return;
        }

        Assert.Throws<CudaException>(() => run(device, options));
        EmulatorFault? fault = device.Driver.Faults.FirstOrDefault(fault => fault.Kind == kind);
        Assert.True(fault is not null, $"'{Name}' shows as\n{string.Join('\n', device.Driver.Faults)}");
        Assert.True(fault.Line > 0 || kind is FaultKind.BarrierDivergence, fault.ToString());
        Assert.NotEmpty(fault.Detail);
    }
}
