using System.Text.Json;
using MoeGen.Checkpoints;
using MoeGen.KernelEmulator;
using MoeGen.Tests;

namespace MoeGen.Cli.Tests;

/// <summary><c>moegen check</c> of quantised checkpoints on an emulated GPU.</summary>
public sealed class EmulatedQuantizedCheckTests
{
    [Theory]
    [InlineData("mixtral", "w8a8", "bf16")]
    [InlineData("qwen2_moe", "w4a16", "fp16")]
    [InlineData("qwen3_moe", "w8a16", "bf16")]
    [InlineData("deepseek_v3", "w4a16-zero-points", "bf16")]
    [InlineData("gpt_oss", "w8a8", "fp16")]
    public void A_quantised_folder_passes_on_the_device(string family, string scheme, string dtype)
    {
        var driver = EmulatedGpu.Emulator();
        using TestFolder folder = new();
        string output = QuantizedGolden.Write(family, scheme, folder);
        JsonElement report = CliRun.On(EmulatedGpu.Access(driver), "check", output, "--io", Golden.Io(family), "--dtype", dtype, "--json").AssertExit(0).Json();
        Assert.Equal("cuda", report.GetProperty("backend").GetString());
        Assert.EndsWith($", {QuantizedGolden.WordOf(scheme)} codes", report.GetProperty("device").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, report.GetProperty("different_choices").GetInt32());
        CliRun.On(EmulatedGpu.Access(driver), "check", output, "--tokens", "5", "--dtype", dtype).AssertExit(0);
        Assert.Empty(driver.Faults);
    }

    [Fact]
    public void MXFP4_runs_as_codes_and_where_a_scale_is_beyond_the_kernels_expanded()
    {
        var driver = EmulatedGpu.Emulator();
        using var folder = new TempFolder();
        TinyCheckpoint tiny = FamilyCases.Make("gpt_oss mxfp4").Checkpoint;
        string[] arguments = ["check", folder.Path, "--layer", "1", "--tokens", "9"];
        tiny.Write(folder);
        Assert.Contains(", mxfp4 codes", CliRun.On(EmulatedGpu.Access(driver), arguments).AssertExit(0).Output, StringComparison.Ordinal);

        // 2^(129 - 127) in one group.
        byte[] exponents = [129, .. Enumerable.Repeat((byte)123, (8 * 128) - 1)];
        tiny.Add("mlp.experts.gate_up_proj_scales", SafetensorsDtype.U8, [8, 128, 1], exponents);
        tiny.Write(folder);
        Assert.Contains(", mxfp4 expanded to BF16", CliRun.On(EmulatedGpu.Access(driver), arguments).AssertExit(0).Output, StringComparison.Ordinal);
        Assert.Empty(driver.Faults);
    }
}
