using System.Text.Json;
using MoeGen.KernelEmulator;
using MoeGen.Tests;

namespace MoeGen.Cli.Tests;

/// <summary><c>moegen check</c> on an emulated GPU. Classes run at once, so the emulated commands have several.</summary>
public sealed class EmulatedCheckTests
{
    public static TheoryData<string, string> Cases => [.. from family in Golden.Families select (family, family is "qwen3_moe" or "gpt_oss" ? "fp16" : "bf16")];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_golden_folder_passes_on_the_device(string family, string dtype)
    {
        var driver = EmulatedGpu.Emulator();
        JsonElement report = CliRun.On(EmulatedGpu.Access(driver), "check", Golden.Folder(family), "--io", Golden.Io(family), "--dtype", dtype, "--json").AssertExit(0).Json();
        Assert.Equal("cuda", report.GetProperty("backend").GetString());
        Assert.Equal(0, report.GetProperty("different_choices").GetInt32());
        Assert.InRange(report.GetProperty("error").GetDouble(), 1e-5, report.GetProperty("bound").GetDouble());
        Assert.Empty(driver.Faults);
    }

    [Fact]
    public void Few_tokens_are_compared_with_the_reference()
    {
        var driver = EmulatedGpu.Emulator();
        CliRun.On(EmulatedGpu.Access(driver), "check", Golden.Folder("mixtral"), "--tokens", "3").AssertExit(0);
        Assert.Empty(driver.Faults);
    }
}
