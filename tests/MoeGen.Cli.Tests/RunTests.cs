using System.Text.Json;
using MoeGen.Checkpoints;

namespace MoeGen.Cli.Tests;

/// <summary><c>moegen run</c>.</summary>
public sealed class RunTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_output_is_that_of_the_block()
    {
        string path = _folder.File("out.safetensors");
        JsonElement report = Run(path, "--json").AssertExit(0).Json();
        Assert.Equal(Golden.Tokens, report.GetProperty("tokens").GetInt32());
        using SafetensorsFile written = SafetensorsFile.Open(path);
        using SafetensorsFile io = SafetensorsFile.Open(Golden.Io("mixtral"));
        Assert.Equal([Golden.Tokens, Golden.HiddenSize], written.Tensors["output"].Shape);
        Assert.Equal("mixtral", written.Metadata["family"]);
        double[] expected = [.. io.Get<float>("output_fp32").ToArray().Select(value => (double)value)];
        Assert.InRange(MoeError.RelativeL2(written.Get<float>("output").Span, expected), 0, 1e-5);
    }

    [Theory]
    [InlineData("bf16", SafetensorsDtype.BF16)]
    [InlineData("fp16", SafetensorsDtype.F16)]
    public void The_output_has_the_layers_type(string dtype, SafetensorsDtype stored)
    {
        string path = _folder.File("out.safetensors");
        Run(path, "--dtype", dtype).AssertExit(0);
        using SafetensorsFile written = SafetensorsFile.Open(path);
        Assert.Equal(stored, written.Tensors["output"].Dtype);
    }

    [Fact]
    public void Nothing_is_half_written()
    {
        string path = _folder.File("out.safetensors");
        File.WriteAllText(path, "old");
        CliRun.Of("run", Golden.Folder("mixtral"), "--io", Golden.Folder("mixtral"), "--out", path, "--backend", "managed").AssertBadInput("does not exist");
        Assert.Equal("old", File.ReadAllText(path));
        Run(_folder.File("missing/out.safetensors")).AssertBadInput("--out", "missing");
        string folder = Directory.CreateDirectory(_folder.File("taken")).FullName;
        Run(folder).AssertBadInput("taken");
        Assert.Equal([path], Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories));
    }

    private static CliRun Run(string output, params string[] more) =>
        CliRun.Of(["run", Golden.Folder("mixtral"), "--io", Golden.Io("mixtral"), "--out", output, "--backend", "managed", .. more]);
}
