using System.Text.Json;
using MoeGen.Cli.Quantizing;
using MoeGen.Tests;

namespace MoeGen.Cli.Tests;

/// <summary>A quantisation that was interrupted goes on, and only where it fits.</summary>
public sealed class QuantizeResumeTests : IDisposable
{
    private const string First = "model-layer-00000.safetensors";

    private readonly TempFolder _source = new();
    private readonly TestFolder _folder = new();

    public QuantizeResumeTests() => LayeredCheckpoint.Write(_source);

    public void Dispose()
    {
        _source.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void An_interrupted_run_goes_on_and_gives_the_same_bytes()
    {
        string output = Interrupted(), whole = _folder.File("whole");
        Assert.True(File.Exists(Path.Combine(output, First)));
        Assert.False(File.Exists(Path.Combine(output, "config.json")));
        DateTime written = File.GetLastWriteTimeUtc(Path.Combine(output, First));
        Assert.Equal(1, Run(output).GetProperty("files_reused").GetInt32());
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(output, First)));
        JsonElement report = Run(whole);
        Assert.Equal(0, report.GetProperty("files_reused").GetInt32());
        AssertSameFiles(whole, output);

        // Errors of what is not made again are those of then.
        Assert.Equal(report.GetProperty("experts").GetRawText(), Run(output).GetProperty("experts").GetRawText());
    }

    [Fact]
    public void A_finished_folder_is_verified_and_left_as_it_is()
    {
        string output = _folder.File("out");
        Run(output);
        int files = Directory.GetFiles(output, "*.safetensors").Length;
        Assert.Equal(files, Run(output).GetProperty("files_reused").GetInt32());
    }

    [Fact]
    public void A_file_that_was_damaged_since_is_made_again()
    {
        string output = _folder.File("out"), whole = _folder.File("whole");
        Run(output);
        Run(whole);
        string layer = Path.Combine(output, First);
        byte[] bytes = File.ReadAllBytes(layer);
        bytes[^3] ^= 1;
        File.WriteAllBytes(layer, bytes);
        File.Delete(Path.Combine(output, "model-rest-00001.safetensors"));
        int files = Directory.GetFiles(whole, "*.safetensors").Length;
        Assert.Equal(files - 2, Run(output).GetProperty("files_reused").GetInt32());
        AssertSameFiles(whole, output);
    }

    [Fact]
    public void What_a_killed_run_left_half_written_goes()
    {
        string output = Interrupted();
        string left = Path.Combine(output, $"model-layer-00001.safetensors.{Guid.NewGuid():N}.tmp");
        File.WriteAllText(left, "half");
        Run(output);
        Assert.False(File.Exists(left));
        Assert.Empty(Directory.GetFiles(output, "*.lock"));
    }

    [Fact]
    public void Other_options_or_another_source_do_not_go_on()
    {
        string output = Interrupted();
        CliRun.Of("quantize", _source.Path, "--scheme", "w8a16", "-o", output).AssertBadInput(output, "W8A8", "W8A16");
        CliRun.Of("quantize", _source.Path, "--scheme", "w8a8", "--search", "mse", "-o", output).AssertBadInput(output, "MeanSquaredError", "AbsMax");
        File.AppendAllText(_source.File("tokenizer.json"), " ");
        CliRun.Of("quantize", _source.Path, "--scheme", "w8a8", "-o", output).AssertBadInput(output, "another checkpoint");
    }

    [Fact]
    public void A_damaged_record_of_progress_is_named()
    {
        string output = Interrupted();
        File.WriteAllText(Path.Combine(output, QuantizeManifest.FileName), "{\"request\":");
        CliRun.Of("quantize", _source.Path, "--scheme", "w8a8", "-o", output).AssertBadInput(QuantizeManifest.FileName, "damaged");
    }

    [Fact]
    public void Two_runs_do_not_write_the_same_folder()
    {
        string output = Interrupted();
        using var other = new FileStream(Path.Combine(output, QuantizeManifest.FileName + ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        CliRun.Of("quantize", _source.Path, "--scheme", "w8a8", "-o", output).AssertBadInput(output, "another run");
    }

    private static void AssertSameFiles(string expected, string actual)
    {
        string[] names = [.. Directory.GetFiles(expected).Select(path => Path.GetFileName(path)!).Order()];
        Assert.Equal(names, Directory.GetFiles(actual).Select(path => Path.GetFileName(path)!).Order());
        Assert.All(names, name => Assert.Equal(File.ReadAllBytes(Path.Combine(expected, name)), File.ReadAllBytes(Path.Combine(actual, name))));
    }

    // Ends in the middle of the second layer.
    private string Interrupted()
    {
        string output = _folder.File("out");
        var request = new QuantizeRequest(_source.Path, output, QuantizeScheme.W8A8, new QuantizationOptions());
        var quantizer = new CheckpointQuantizer(request, (_, text) =>
        {
            if (text == "layer 1, expert 3")
            {
                throw new OperationCanceledException();
            }
        });
        Assert.Throws<OperationCanceledException>(() => quantizer.Run());
        return output;
    }

    private JsonElement Run(string output) => CliRun.Of("quantize", _source.Path, "--scheme", "w8a8", "-o", output, "--json").AssertExit(0).Json();
}
