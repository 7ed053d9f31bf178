using MoeGen.Checkpoints;
using Xunit;

namespace MoeGen.Tests;

/// <summary>Reads a damaged file and checks what every reader promises.</summary>
internal static class HostileRead
{
    public const string Accepted = "accepted";
    public const string Refused = "refused";

    private const long Floor = 64 << 10;
    private const int BytesPerFileByte = 32;
    private const int MaxMessage = 4096;

    /// <summary>
    /// Runs the reader. It may succeed or throw a <see cref="CheckpointException"/> with a message of sane length, nothing else, and
    /// allocates no more than a small multiple of the file's bytes. What it accepts is checked.
    /// </summary>
    public static string Checkpoint<T>(long fileBytes, Func<T> open, Action<T> check)
        where T : class, IDisposable
    {
        T? opened = null;
        string message = "";
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            opened = open();
        }
        catch (CheckpointException problem)
        {
            message = problem.Message;
        }

        CheckAllocated(GC.GetAllocatedBytesForCurrentThread() - before, fileBytes);
        if (opened is null)
        {
            Assert.True(message.Length is > 0 and <= MaxMessage, $"A message of {message.Length} characters: {message}");
            return Refused;
        }

        using (opened)
        {
            check(opened);
        }

        return Accepted;
    }

    /// <summary>Fails where more was allocated than the file accounts for.</summary>
    public static void CheckAllocated(long allocated, long fileBytes) => Assert.True(
        allocated <= Floor + (BytesPerFileByte * fileBytes), $"{allocated} bytes were allocated for {fileBytes} bytes of file.");
}
