namespace MoeGen.Generators.Tests.Harness;

/// <summary>
/// Compares text with a file under tests/Snapshots, in Verify's conventions: <c>Name.verified.ext</c> is expected, and
/// <c>Name.received.ext</c> is written beside it where the text differs, to be looked at and renamed.
/// </summary>
internal static class Snapshot
{
    /// <summary>Compares with a file under tests/Snapshots; an empty text means that there is no such file.</summary>
    public static void Match(string text, string folder, string name, string extension) =>
        Match(text, Path.Combine(Repository.Snapshots, folder), name, extension, Environment.GetEnvironmentVariable("MOEGEN_ACCEPT_SNAPSHOTS") == "1");

    public static void Match(string text, string folder, string name, string extension, bool accept)
    {
        string verified = Path.Combine(folder, $"{name}.verified.{extension}");
        string received = Path.Combine(folder, $"{name}.received.{extension}");
        Directory.CreateDirectory(folder);
        File.Delete(received);
        string? expected = File.Exists(verified) ? File.ReadAllText(verified) : null;
        if ((expected ?? "") == text)
        {
            return;
        }

        File.WriteAllText(accept ? verified : received, text);
        if (!accept)
        {
            Assert.Fail($"{(expected is null ? "There is no such snapshot yet" : FirstDifference(expected, text))}\n" +
                $"Expected: {verified}\nReceived: {received}\nIf it is right, rename the received file, or run with MOEGEN_ACCEPT_SNAPSHOTS=1.");
        }
    }

    /// <summary>Where two texts part, in words.</summary>
    public static string FirstDifference(string expected, string actual)
    {
        string[] left = expected.Split('\n'), right = actual.Split('\n');
        int line = 0;
        while (line < left.Length && line < right.Length && left[line] == right[line])
        {
            line++;
        }

        return $"Line {line + 1} differs.\n  expected: {At(left, line)}\n  received: {At(right, line)}";
    }

    private static string At(string[] lines, int line) => line < lines.Length ? lines[line].Replace("\r", "\\r", StringComparison.Ordinal) : "(end of text)";
}
