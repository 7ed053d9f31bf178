using System.Text.Json;
using MoeGen.Checkpoints;

namespace MoeGen.Cli.Tests;

/// <summary>Input that no command takes: exit code 2, one message with file, tensor and what is required.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_checkpoint_that_is_not_there_or_not_whole()
    {
        Check(_folder.File("none")).AssertBadInput(_folder.File("none"), "config.json and safetensors");
        Check(_folder.Path).AssertBadInput(_folder.Path, "config.json");

        string copy = Golden.Copy("mixtral", _folder);
        string config = Path.Combine(copy, "config.json");
        string right = File.ReadAllText(config);
        File.WriteAllText(config, right.Replace("\"mixtral\"", "\"unknown_moe\"", StringComparison.Ordinal));
        Check(copy).AssertBadInput("config.json", "unknown_moe", "mixtral");
        File.WriteAllText(config, right.Replace("\"intermediate_size\": 256", "\"intermediate_size\": 512", StringComparison.Ordinal));
        Check(copy).AssertBadInput(copy, "256", "512");
        File.WriteAllText(config, right);
        Check(copy).AssertExit(0);
        File.Delete(Path.Combine(copy, "model.safetensors"));
        Check(copy).AssertBadInput(copy, "model.safetensors");
    }

    [Fact]
    public void A_missing_shard()
    {
        string copy = Golden.Copy("mixtral", _folder);
        string model = Path.Combine(copy, "model.safetensors");
        string[] names;
        using (SafetensorsFile file = SafetensorsFile.Open(model))
        {
            names = [.. file.Tensors.Keys];
        }

        File.Move(model, Path.Combine(copy, "model-00001-of-00002.safetensors"));
        string index = Path.Combine(copy, "model.safetensors.index.json");
        File.WriteAllText(index, Index(names.Select(name => $"\"{name}\": \"model-00001-of-00002.safetensors\"")));
        Check(copy).AssertExit(0);
        File.WriteAllText(index, Index(["\"a\": \"model-00002-of-00002.safetensors\""]));
        Check(copy).AssertBadInput("model-00002-of-00002.safetensors", "does not exist");
    }

    [Fact]
    public void A_layer_that_does_not_exist() =>
        CliRun.Of("check", Golden.Folder("mixtral"), "--layer", "7", "--backend", "managed").AssertBadInput("layer is 7", "0 to 0");

    [Fact]
    public void A_recorded_call_with_a_wrong_tensor()
    {
        CheckIo(_folder.File("none.safetensors")).AssertBadInput("none.safetensors", "'input' [T, 128]");
        CheckIo(Write("empty", _ => { })).AssertBadInput("empty.safetensors", "no tensor 'input'", "[T, 128]");
        CheckIo(Write("narrow", writer => writer.Add<float>("input", [2, 64], new float[128]))).AssertBadInput("narrow.safetensors", "[2, 64]", "[T, 128]");
        CheckIo(Write("ints", writer => writer.Add<int>("input", [1, 128], new int[128]))).AssertBadInput("ints.safetensors", "I32", "F32, BF16 and F16");
        CheckIo(Write("rows", writer =>
        {
            writer.Add<float>("input", [1, 128], new float[128]);
            writer.Add<float>("output_fp32", [2, 128], new float[256]);
        })).AssertBadInput("rows.safetensors", "'output_fp32' has 256", "128");
        File.WriteAllText(_folder.File("text.safetensors"), "no tensors at all");
        CheckIo(_folder.File("text.safetensors")).AssertBadInput("text.safetensors");
    }

    [Fact]
    public void Arguments_that_do_not_fit()
    {
        string folder = Golden.Folder("mixtral");
        CliRun.Of("check").AssertBadInput("moegen check --help");
        CliRun.Of("nonsense").AssertBadInput("nonsense");
        CliRun.Of("check", folder, "--dtype", "int3").AssertBadInput("--dtype is 'int3'", "fp32, fp16, bf16");
        CliRun.Of("check", folder, "--backend", "cuda", "--dtype", "fp32").AssertBadInput("--dtype is fp32", "bf16 and fp16");
        CliRun.Of("check", folder, "--tokens", "0").AssertBadInput("--tokens is 0", "1 to 65536");
        CliRun.Of("info", "--assembly", "x.dll").AssertBadInput("--tuning");
    }

    [Fact]
    public void The_message_is_an_object_too_with_json()
    {
        JsonElement problem = CliRun.Of("check", "nowhere", "--json").AssertBadInput("nowhere").Json();
        Assert.False(problem.GetProperty("ok").GetBoolean());
        Assert.Equal(2, problem.GetProperty("exit_code").GetInt32());
        Assert.Contains("nowhere", problem.GetProperty("message").GetString(), StringComparison.Ordinal);
        CliRun.Of("check", "--json", "--dtype", "x").AssertBadInput().Json();
    }

    private static string Index(IEnumerable<string> entries) => "{\"weight_map\": {" + string.Join(", ", entries) + "}}";

    private static CliRun Check(string folder) => CliRun.Of("check", folder, "--backend", "managed", "--tokens", "2");

    private static CliRun CheckIo(string io) => CliRun.Of("check", Golden.Folder("mixtral"), "--io", io, "--backend", "managed");

    private string Write(string name, Action<SafetensorsWriter> add)
    {
        var writer = new SafetensorsWriter();
        add(writer);
        string path = _folder.File($"{name}.safetensors");
        writer.Save(path);
        return path;
    }
}
