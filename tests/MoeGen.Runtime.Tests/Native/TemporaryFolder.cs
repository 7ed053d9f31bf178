namespace MoeGen.Tests;

/// <summary>A folder of a test's own, removed with it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("moegen-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
