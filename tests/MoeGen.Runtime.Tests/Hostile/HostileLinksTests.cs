using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

/// <summary>Links, pipes and folders in place of a checkpoint's files.</summary>
public sealed class HostileLinksTests : IDisposable
{
    private const string Header = """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("../outside.safetensors")]
    [InlineData("in/../../outside.safetensors")]
    [InlineData("up/outside.safetensors")]
    [InlineData("up/up/outside.safetensors")]
    public void A_link_out_of_the_folder_is_refused(string target)
    {
        SkipOnWindows();
        _folder.Safetensors("outside.safetensors", Header, 2);
        Directory.CreateDirectory(_folder.File("c/in"));
        File.CreateSymbolicLink(_folder.File("up"), ".");
        File.CreateSymbolicLink(_folder.File("c/up"), "..");
        File.CreateSymbolicLink(_folder.File("c/model.safetensors"), target);
        SafetensorsException problem = Assert.Throws<SafetensorsException>(() => SafetensorsCheckpoint.Open(_folder.File("c")));
        Assert.Contains(_folder.File("outside.safetensors"), problem.Message, StringComparison.Ordinal);
        Assert.Contains("outside the folder; allowed are", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_inside_the_folder_and_to_the_folder_are_followed()
    {
        SkipOnWindows();
        Directory.CreateDirectory(_folder.File("c/in"));
        _folder.Safetensors("c/in/x", Header, 2);
        File.CreateSymbolicLink(_folder.File("c/back"), "../c/in");
        File.CreateSymbolicLink(_folder.File("c/model.safetensors"), "back/x");
        File.CreateSymbolicLink(_folder.File("link"), "c");
        using SafetensorsCheckpoint checkpoint = SafetensorsCheckpoint.Open(_folder.File("link"));
        Assert.Equal([0, 1], checkpoint.GetBytes("a").ToArray());
    }

    [Fact]
    public void The_cache_of_the_hub_is_read()
    {
        SkipOnWindows();
        Directory.CreateDirectory(_folder.File("blobs"));
        Directory.CreateDirectory(_folder.File("snapshots/revision"));
        _folder.Safetensors("blobs/0123", Header, 2);
        _folder.Safetensors("0123", Header, 2);
        string link = _folder.File("snapshots/revision/model.safetensors");
        File.CreateSymbolicLink(link, "../../blobs/0123");
        SafetensorsCheckpoint.Open(_folder.File("snapshots/revision")).Dispose();

        File.Delete(link);
        File.CreateSymbolicLink(link, "../../blobs/../0123");
        Assert.Throws<SafetensorsException>(() => SafetensorsCheckpoint.Open(_folder.File("snapshots/revision")));
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    [InlineData("model.safetensors.index.json")]
    public void A_pipe_is_refused_and_not_waited_for(string name)
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("Only Linux is asked what a file is.");
        }

        UnixPipe.Create(_folder.File(name));
        CheckpointException problem = Assert.ThrowsAny<CheckpointException>(Open);
        Assert.Contains($"{_folder.File(name)}: is no plain file", problem.Message, StringComparison.Ordinal);

        void Open() => (name == "config.json" ? (IDisposable)MoeCheckpoint.Open(_folder.Path) : SafetensorsCheckpoint.Open(_folder.Path)).Dispose();
    }

    [Fact]
    public void A_folder_in_place_of_a_file_is_refused()
    {
        Directory.CreateDirectory(_folder.File("config.json"));
        Assert.Contains("is no plain file", Assert.Throws<CheckpointException>(() => MoeCheckpoint.Open(_folder.Path)).Message, StringComparison.Ordinal);
        Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(_folder.Path));
    }

    private static void SkipOnWindows()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Links as on Unix.");
        }
    }
}
