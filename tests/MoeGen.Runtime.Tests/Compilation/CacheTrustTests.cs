using System.Runtime.InteropServices;
using MoeGen.Native;
using Xunit;

namespace MoeGen.Tests;

/// <summary>Folders and entries that somebody else could have written.</summary>
public sealed partial class CacheTrustTests : IDisposable
{
    private const uint Stranger = 54_321;
    private static readonly ComputeCapability s_hopper = new(9, 0);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeCompiler _compiler = new();

    private string Cache => Path.Combine(_folder.Path, "cache");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(UnixFileMode.GroupWrite, "720")]
    [InlineData(UnixFileMode.OtherWrite, "702")]
    [InlineData(UnixFileMode.GroupWrite | UnixFileMode.OtherWrite | UnixFileMode.StickyBit, "1722")]
    public void AFolderThatOthersCanWriteIsNeitherReadNorWritten(UnixFileMode added, string mode)
    {
        SkipUnlessLinux();
        CachedKernel first = Get();
        DateTime written = File.GetLastWriteTimeUtc(first.Path!);
        Add(Cache, added);

        CachedKernel refused = Get();
        CachedKernel other = new KernelCache(Cache, _compiler).GetOrCompile("other"u8, "other.cu", s_hopper);

        Assert.Equal((CacheOutcome.NotCached, null), (refused.Outcome, refused.Path));
        Assert.Contains($"'{Cache}' can be written by other users (mode {mode})", refused.Reason, StringComparison.Ordinal);
        Assert.Contains($"chmod go-w '{Cache}'", refused.Reason, StringComparison.Ordinal);
        Assert.Contains("MOEGEN_CACHE_FOLDER", refused.Reason, StringComparison.Ordinal);
        Assert.Equal("txet"u8.ToArray(), refused.Kernel.Image.ToArray());
        Assert.Equal(CacheOutcome.NotCached, other.Outcome);
        Assert.Equal(3, _compiler.Compilations);
        Assert.Equal(written, File.GetLastWriteTimeUtc(first.Path!));
        Assert.Equal(3, Directory.GetFiles(Cache).Length);

        // What the message says helps.
        Add(Cache, UnixFileMode.None);
        Assert.Equal(CacheOutcome.Hit, Get().Outcome);
    }

    [Fact]
    public void AFolderOfAnotherUserIsNotUsed()
    {
        SkipUnlessRoot();
        string path = Get().Path!;
        Give(Cache);

        CachedKernel refused = Get();

        Assert.Equal(CacheOutcome.NotCached, refused.Outcome);
        Assert.Contains($"'{Cache}' belongs to user {Stranger}, and this process runs as user 0", refused.Reason, StringComparison.Ordinal);
        Assert.Equal("txet"u8.ToArray(), refused.Kernel.Image.ToArray());
        Assert.True(File.Exists(path));
        Assert.Equal(3, Directory.GetFiles(Cache).Length);
    }

    [Fact]
    public async Task AFolderOfRootIsReadByOthers()
    {
        SkipUnlessRoot();
        string identity = $"--reuid={Stranger}";
        string group = $"--regid={Stranger}";
        if (UnixCommand.Run("setpriv", identity, group, "--clear-groups", "test", "-r", typeof(ChildTasks).Assembly.Location).Code != 0)
        {
            Assert.Skip("Another user cannot run this program here, so that reading root's folder was NOT tested.");
        }

        string path = Get().Path!;
        string results = Directory.CreateDirectory(Path.Combine(_folder.Path, "results")).FullName;
        Give(results);
        Add(_folder.Path, UnixFileMode.OtherExecute);
        Add(Cache, UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        Add(path, UnixFileMode.OtherRead);

        string output = Path.Combine(results, "output");
        var child = ChildProcess.Start(
            nameof(ChildTasks.ReadACacheOfRoot), Cache, output, $"export HOME=/tmp; set -- setpriv {identity} {group} --clear-groups \"$@\"");

        Assert.Equal($"{Stranger} Hit", await ChildProcess.Finish(child, output));
    }

    [Fact]
    public void AFolderIsJudgedByWhereItsLinkLeads()
    {
        SkipUnlessLinux();
        Get();
        string link = Path.Combine(_folder.Path, "link");
        File.CreateSymbolicLink(link, "cache");
        Assert.Equal(CacheOutcome.Hit, new KernelCache(link, _compiler).GetOrCompile("text"u8, "text.cu", s_hopper).Outcome);

        Add(Cache, UnixFileMode.OtherWrite);
        Assert.Equal(CacheOutcome.NotCached, new KernelCache(link, _compiler).GetOrCompile("text"u8, "text.cu", s_hopper).Outcome);
    }

    [Fact]
    public void FoldersAndFilesAreMadeForTheUserAlone()
    {
        SkipUnlessLinux();
        string deep = Path.Combine(Cache, "deeper");
        new KernelCache(deep, _compiler).GetOrCompile("text"u8, "text.cu", s_hopper);

        Assert.All([Cache, deep], folder => Assert.Equal("700", Mode(folder)));
        Assert.All(Directory.GetFiles(deep), file => Assert.Equal("600", Mode(file)));
    }

    [Fact]
    public void AnEntryThatOthersCanWriteIsCompiledAgain()
    {
        SkipUnlessLinux();
        string path = Get().Path!;
        Add(path, UnixFileMode.GroupWrite);

        CachedKernel again = Get();

        Assert.Equal(CacheOutcome.Recompiled, again.Outcome);
        Assert.Contains("can be written by other users (mode 620)", again.Reason, StringComparison.Ordinal);
        Assert.Equal("600", Mode(path));
        Assert.Equal(CacheOutcome.Hit, Get().Outcome);
    }

    [Fact]
    public void AnEntryOfAnotherUserIsCompiledAgain()
    {
        SkipUnlessRoot();
        string path = Get().Path!;
        Give(path);

        CachedKernel again = Get();

        Assert.Equal(CacheOutcome.Recompiled, again.Outcome);
        Assert.Contains($"belongs to user {Stranger}", again.Reason, StringComparison.Ordinal);
        Assert.Equal(CacheOutcome.Hit, Get().Outcome);
    }

    [Fact]
    public void ALinkInPlaceOfAnEntryIsReplacedAndItsTargetLeft()
    {
        SkipUnlessLinux();
        string path = Get().Path!;
        string target = Path.Combine(_folder.Path, "target");
        File.Move(path, target);
        File.CreateSymbolicLink(path, target);
        Assert.Equal(CacheOutcome.Hit, Get().Outcome);

        // The target counts, not the link.
        Add(target, UnixFileMode.OtherWrite);
        byte[] before = File.ReadAllBytes(target);
        Assert.Equal(CacheOutcome.Recompiled, Get().Outcome);
        Assert.Null(new FileInfo(path).LinkTarget);
        Assert.Equal(before, File.ReadAllBytes(target));
        Assert.Equal(CacheOutcome.Hit, Get().Outcome);
    }

    [Fact]
    public void APipeInPlaceOfAnEntryIsNotWaitedFor()
    {
        SkipUnlessLinux();
        string path = Get().Path!;
        File.Delete(path);
        UnixPipe.Create(path);

        CachedKernel again = Get();

        Assert.Equal(CacheOutcome.Recompiled, again.Outcome);
        Assert.Contains("is no plain file", again.Reason, StringComparison.Ordinal);
        Assert.Equal(CacheOutcome.Hit, Get().Outcome);
    }

    private CachedKernel Get() => new KernelCache(Cache, _compiler).GetOrCompile("text"u8, "text.cu", s_hopper);

    private static string Mode(string path) => OperatingSystem.IsWindows() ? "" : Convert.ToString((int)File.GetUnixFileMode(path), 8);

    // To what the owner may do.
    private static void Add(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            File.SetUnixFileMode(path, (File.GetUnixFileMode(path) & owner) | mode);
        }
    }

    private static void Give(string path) => Assert.Equal(0, chown(path, Stranger, Stranger));

    private static void SkipUnlessLinux()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("Owners and modes as on Linux.");
        }
    }

    private static void SkipUnlessRoot()
    {
        if (!OperatingSystem.IsLinux() || LinuxFile.User != 0)
        {
            Assert.Skip("Only root can give a file to another user, so that another's was NOT tested.");
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chown(string path, uint user, uint group);
}
