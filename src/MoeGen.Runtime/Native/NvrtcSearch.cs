namespace MoeGen.Native;

/// <summary>Where NVRTC is looked for, as a pure function of what the machine says about itself.</summary>
/// <param name="ConfiguredFolder">Runtime-config option <c>MoeGen.NvrtcFolder</c>.</param>
/// <param name="EnvironmentFolder">Environment variable <c>MOEGEN_NVRTC_FOLDER</c>.</param>
/// <param name="BaseFolder">The application's folder.</param>
/// <param name="ToolkitFolder">Environment variable <c>CUDA_PATH</c>.</param>
/// <param name="InstalledToolkits">Folders of toolkits found on the machine, newest first.</param>
internal sealed record NvrtcSearch(
    string? ConfiguredFolder, string? EnvironmentFolder, string? BaseFolder, string? ToolkitFolder,
    IReadOnlyList<string> InstalledToolkits)
{
    internal const string Option = "MoeGen.NvrtcFolder";
    internal const string Variable = "MOEGEN_NVRTC_FOLDER";

    private static readonly string[] s_linuxNames = ["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"];
    private static readonly string[] s_windowsNames = ["nvrtc64_130_0.dll", "nvrtc64_120_0.dll"];

    /// <summary>This process's search.</summary>
    internal static NvrtcSearch OfProcess() => new(
        AppContext.GetData(Option) as string,
        Environment.GetEnvironmentVariable(Variable),
        AppContext.BaseDirectory,
        Environment.GetEnvironmentVariable("CUDA_PATH"),
        OperatingSystem.IsWindows() ? [] : FindToolkits("/usr/local"));

    /// <summary>Every file to try, in order: stated folders, the loader's own search (bare names), well-known folders.</summary>
    internal IEnumerable<string> Candidates(bool windows) => Candidates(windows ? s_windowsNames : s_linuxNames, windows);

    /// <summary>The same for files of other names that come with the CUDA toolkit.</summary>
    internal IEnumerable<string> Candidates(string[] names, bool windows)
    {
        IEnumerable<string> stated = Existing(ConfiguredFolder, EnvironmentFolder, BaseFolder);
        return In(stated, names).Concat(names).Concat(In(windows ? WindowsFolders() : LinuxFolders(), names)).Distinct();
    }

    /// <summary>The toolkit folders <c>cuda</c> and <c>cuda-*</c> below a folder, newest version first.</summary>
    internal static IReadOnlyList<string> FindToolkits(string folder)
    {
        try
        {
            return Directory.GetDirectories(folder, "cuda*")
                .OrderByDescending(path => VersionOf(Path.GetFileName(path)))
                .ToArray();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // Plain "cuda" is the administrator's choice and goes before any "cuda-12.4".
    private static Version VersionOf(string name) =>
        name == "cuda" ? new Version(int.MaxValue, 0)
        : Version.TryParse(name.Replace("cuda-", "", StringComparison.Ordinal), out Version? version) ? version
        : new Version(0, 0);

    private static IEnumerable<string> Existing(params string?[] folders) =>
        folders.Where(folder => !string.IsNullOrEmpty(folder)).Select(folder => Path.GetFullPath(folder!));

    private static IEnumerable<string> In(IEnumerable<string> folders, string[] names) =>
        folders.SelectMany(folder => names.Select(name => Path.Combine(folder, name)));

    private IEnumerable<string> LinuxFolders() =>
        Existing(ToolkitFolder).Concat(InstalledToolkits)
            .SelectMany(toolkit => new[] { Path.Combine(toolkit, "lib64"), Path.Combine(toolkit, "lib") })
            .Concat(["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64"]);

    // CUDA 13 moved the Windows libraries from bin to bin\x64.
    private IEnumerable<string> WindowsFolders() =>
        Existing(ToolkitFolder).SelectMany(toolkit => new[] { Path.Combine(toolkit, "bin", "x64"), Path.Combine(toolkit, "bin") });
}
