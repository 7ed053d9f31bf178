using System.Text;
using Xunit;

namespace MoeGen.Tests;

/// <summary>The file of a table: written whole, read back, refused where it is damaged or hostile.</summary>
public sealed class TuningTableTests : IDisposable
{
    private static readonly TuningEntry Entry = new()
    {
        Layer = "Samples.Moe",
        Device = "NVIDIA H200",
        ComputeCapability = "9.0",
        MultiprocessorCount = 132,
        TextHash = new string('a', 64),
        NumExperts = 8,
        TopK = 2,
        HiddenSize = 4096,
        IntermediateSize = 14336,
        Points = [new TuningPoint { NumTokens = 1, Variant = "decode", Microseconds = 91.25 }, new TuningPoint { NumTokens = 4096, Variant = "m128n256k64s3", Microseconds = 4000 }],
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string, string> Damages => new()
    {
        { "\"topK\": 2", "\"topK\": 0", "topK is 0; allowed is 1 to 32" },
        { "\"topK\": 2", "\"topK\": 99999999999", "no tuning table" },
        { "\"topK\": 2", "\"topK\": \"2\"", "no tuning table" },
        { "\"topK\": 2", "\"topK\": 2, \"topK\": 2", "no tuning table" },
        { "\"topK\": 2", "\"topK\": 2, \"extra\": 1", "no tuning table" },
        { "\"topK\": 2,", "", "no tuning table" },
        { "\"numExperts\": 8", "\"numExperts\": 5000", "numExperts" },
        { "\"hiddenSize\": 4096", "\"hiddenSize\": 4097", "hiddenSize" },
        { "\"multiprocessorCount\": 132", "\"multiprocessorCount\": -1", "multiprocessorCount is -1" },
        { "\"9.0\"", "\"sm_90\"", "computeCapability is 'sm_90'" },
        { "\"9.0\"", "null", "no tuning table" },
        { "\"aaaa", "\"AAAA", "textHash" },
        { "\"numTokens\": 4096", "\"numTokens\": 1", "numTokens is 1; allowed is 2" },
        { "\"decode\"", "\"\"", "variant" },
        { "91.25", "-1", "microseconds" },
        { "91.25", "1e999", "microseconds" },
        { "\"formatVersion\": 1,", "", "formatVersion" },
        { "\"formatVersion\": 1", "\"formatVersion\": 1.5", "formatVersion" },
        { "\"points\": [", "\"points\": [[[[[[[[[", "no tuning table" },
        { "\"points\": [", "\"points\": [null,", "" },
        { "}", "", "no tuning table" },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_read_back()
    {
        string path = Path.Combine(_folder.Path, "table.json");
        new TuningTable([Entry]).Save(path);
        TuningTable table = TuningTable.Load(path);
        TuningEntry read = Assert.Single(table.Entries);
        Assert.Equal(Entry.Points, read.Points);
        Assert.Equal(Entry, read with { Points = Entry.Points });

        // A second table takes its place whole; nothing else stays in the folder.
        table.With(Entry with { TopK = 4 }).With(Entry with { Points = [Entry.Points[1]] }).Save(path);
        Assert.Equal([4, 2], TuningTable.Load(path).Entries.Select(entry => entry.TopK));
        Assert.Single(TuningTable.Load(path).Entries[1].Points);
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void The_text_of_a_file_is_pinned()
    {
        string path = Path.Combine(_folder.Path, "table.json");
        new TuningTable([Entry]).Save(path);
        string text = File.ReadAllText(path).ReplaceLineEndings("\n");
        Assert.StartsWith("{\n  \"formatVersion\": 1,\n  \"entries\": [\n    {\n      \"layer\": \"Samples.Moe\",\n      \"device\": \"NVIDIA H200\",\n      \"computeCapability\": \"9.0\",", text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Damages))]
    public void A_damaged_file_is_refused_with_its_name_and_the_place(string part, string damage, string message)
    {
        string path = Path.Combine(_folder.Path, "table.json");
        new TuningTable([Entry]).Save(path);
        string text = File.ReadAllText(path);
        int at = text.IndexOf(part, StringComparison.Ordinal);
        Assert.InRange(at, 0, text.Length);
        File.WriteAllText(path, text[..at] + damage + text[(at + part.Length)..]);
        TuningException exception = Assert.Throws<TuningException>(() => TuningTable.Load(path));
        Assert.StartsWith(path, exception.Message, StringComparison.Ordinal);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.InRange(exception.Message.Length, 1, 1000);
    }

    [Fact]
    public void Another_format_version_is_an_empty_table_that_says_why()
    {
        TuningTable table = TuningTable.Parse(Encoding.UTF8.GetBytes("""{ "formatVersion": 2, "whatever": [] }"""), "new.json");
        Assert.Empty(table.Entries);
        Assert.Equal("new.json has format version 2; this MoeGen reads 1. Tune again.", table.Ignored);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\0\0\0\0")]
    public void What_is_no_table_at_all_is_refused(string text) =>
        Assert.Throws<TuningException>(() => TuningTable.Parse(Encoding.UTF8.GetBytes(text), "table.json"));

    [Fact]
    public void What_is_too_large_or_no_file_is_refused_unread()
    {
        string path = Path.Combine(_folder.Path, "table.json");
        using (FileStream sparse = File.Create(path))
        {
            sparse.SetLength(TuningTable.MaxBytes + 1L);
        }

        Assert.Contains("at most 8388608", Assert.Throws<TuningException>(() => TuningTable.Load(path)).Message, StringComparison.Ordinal);
        Assert.Throws<TuningException>(() => TuningTable.Load(_folder.Path));
        Assert.Throws<FileNotFoundException>(() => TuningTable.Load(Path.Combine(_folder.Path, "none.json")));
    }

    [Fact]
    public void Two_entries_about_one_layer_are_refused() =>
        Assert.Contains("entries[1]", Assert.Throws<TuningException>(() => new TuningTable([Entry, Entry with { Device = "other" }])).Message, StringComparison.Ordinal);
}
