using System.Text.Json;

namespace MoeGen.Cli.Tests;

/// <summary><c>moegen check</c> on the managed backend.</summary>
public sealed class CheckTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public static TheoryData<string> Families => [.. Golden.Families];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Families))]
    public void A_golden_folder_passes_in_fp32(string family)
    {
        JsonElement report = CliRun.Of("check", Golden.Folder(family), "--io", Golden.Io(family), "--backend", "managed", "--json").AssertExit(0).Json();
        Assert.Equal(family, report.GetProperty("family").GetString());
        Assert.Equal("managed", report.GetProperty("backend").GetString());
        Assert.Equal(Golden.Tokens, report.GetProperty("tokens").GetInt32());
        Assert.InRange(report.GetProperty("error").GetDouble(), 1e-9, 1e-5);
        Assert.InRange(report.GetProperty("worst_token_error").GetDouble(), 1e-9, 1e-5);
        Assert.True(report.GetProperty("ok").GetBoolean());
        Assert.Equal("fp32", report.GetProperty("dtype").GetString());
        Assert.Equal(0, report.GetProperty("different_choices").GetInt32());
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Sixteen_bits_are_within_the_contract(string family)
    {
        foreach (string dtype in new[] { "bf16", "fp16" })
        {
            JsonElement report = CliRun.Of("check", Golden.Folder(family), "--io", Golden.Io(family), "--backend", "managed", "--dtype", dtype, "--json").AssertExit(0).Json();
            Assert.InRange(report.GetProperty("error").GetDouble(), 1e-5, report.GetProperty("bound").GetDouble());
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Random_input_is_compared_with_the_reference(string family)
    {
        CliRun run = CliRun.Of("check", Golden.Folder(family), "--backend", "managed", "--tokens", "5").AssertExit(0);
        Assert.Contains("5 tokens in fp32, compared with managed reference", run.Output, StringComparison.Ordinal);
        Assert.Contains("ok", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_output_is_a_negative_result()
    {
        string io = Golden.ChangedIo("mixtral", _folder, (expected, _) => expected[5] += 1);
        CliRun run = CliRun.Of("check", Golden.Folder("mixtral"), "--io", io, "--backend", "managed").AssertExit(1);
        Assert.Contains("OUT OF THE CONTRACT", run.Output, StringComparison.Ordinal);
        Assert.False(CliRun.Of("check", Golden.Folder("mixtral"), "--io", io, "--backend", "managed", "--json").AssertExit(1).Json().GetProperty("ok").GetBoolean());
    }

    [Fact]
    public void Tokens_with_other_experts_are_counted_and_the_rest_judged()
    {
        // Token 3 visits other experts than recorded, and its recorded output is another.
        string io = Golden.ChangedIo("mixtral", _folder, (expected, ids) =>
        {
            ids[6] = (ids[6] + 1 + (ids[7] == (ids[6] + 1) % 8 ? 1 : 0)) % 8;
            expected.AsSpan(3 * Golden.HiddenSize, Golden.HiddenSize).Reverse();
        });
        JsonElement report = CliRun.Of("check", Golden.Folder("mixtral"), "--io", io, "--backend", "managed", "--json").AssertExit(1).Json();
        Assert.Equal(1, report.GetProperty("different_choices").GetInt32());
        Assert.Equal(3, report.GetProperty("worst_token").GetInt32());
        Assert.InRange(report.GetProperty("same_choice_error").GetDouble(), 0, 1e-5);
    }

    [Fact]
    public void Constants_of_the_model_reach_the_layer()
    {
        string copy = Golden.Copy("gpt_oss", _folder);
        string config = Path.Combine(copy, "config.json");
        string[] arguments = ["check", copy, "--io", Golden.Io("gpt_oss"), "--backend", "managed"];
        CliRun.Of(arguments).AssertExit(0);
        File.WriteAllText(config, "{\"swiglu_limit\": 0.25," + File.ReadAllText(config).TrimStart()[1..]);
        CliRun.Of(arguments).AssertExit(1);
        CliRun.Of("check", copy, "--backend", "managed", "--tokens", "3").AssertExit(0);
    }

    [Fact]
    public void A_process_of_its_own_says_the_same()
    {
        string[] arguments = ["check", Golden.Folder("mixtral"), "--io", Golden.Io("mixtral"), "--backend", "managed", "--json"];
        CliRun run = CliRun.OfProcess(arguments).AssertExit(0);
        Assert.Equal(CliRun.Of(arguments).Json().GetProperty("error").GetDouble(), run.Json().GetProperty("error").GetDouble());
        Assert.Empty(run.Error);
        Assert.Equal(2, CliRun.OfProcess("check", "no-such-folder").ExitCode);
    }
}
