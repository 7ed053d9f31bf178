namespace MoeGen.Generators.Tests.Harness;

/// <summary>The snapshot helper itself: it must fail, and say where.</summary>
public sealed class SnapshotHelperTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("moegen-snapshots").FullName;

    [Fact]
    public void Equal_text_passes_and_removes_what_was_received_before()
    {
        File.WriteAllText(In("Name.verified.cs"), "a\n");
        File.WriteAllText(In("Name.received.cs"), "old\n");
        Snapshot.Match("a\n", _folder, "Name", "cs", accept: false);
        Assert.False(File.Exists(In("Name.received.cs")));
    }

    [Fact]
    public void Missing_snapshot_fails_and_leaves_the_received_file()
    {
        Exception failure = Assert.ThrowsAny<Exception>(() => Snapshot.Match("a\n", _folder, "Name", "cs", accept: false));
        Assert.Contains("There is no such snapshot yet", failure.Message, StringComparison.Ordinal);
        Assert.Equal("a\n", File.ReadAllText(In("Name.received.cs")));
    }

    [Fact]
    public void Different_text_fails_with_the_first_differing_line()
    {
        File.WriteAllText(In("Name.verified.cs"), "same\nleft\nmore\n");
        Exception failure = Assert.ThrowsAny<Exception>(() => Snapshot.Match("same\nright\nmore\n", _folder, "Name", "cs", accept: false));
        Assert.Contains("Line 2 differs.\n  expected: left\n  received: right", failure.Message, StringComparison.Ordinal);
        Assert.Equal("same\nleft\nmore\n", File.ReadAllText(In("Name.verified.cs")));
    }

    [Fact]
    public void A_missing_end_is_shown() =>
        Assert.Equal("Line 2 differs.\n  expected: more\n  received: (end of text)", Snapshot.FirstDifference("same\nmore", "same"));

    [Fact]
    public void Accepting_writes_the_snapshot()
    {
        Snapshot.Match("a\n", _folder, "Name", "cs", accept: true);
        Assert.Equal("a\n", File.ReadAllText(In("Name.verified.cs")));
        Assert.False(File.Exists(In("Name.received.cs")));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string In(string file) => Path.Combine(_folder, file);
}
