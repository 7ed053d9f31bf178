namespace MoeGen.Native;

/// <summary>Where cuBLAS is looked for: as NVRTC, with folders of its own that can be stated.</summary>
internal static class CublasSearch
{
    internal const string Option = "MoeGen.CublasFolder";
    internal const string Variable = "MOEGEN_CUBLAS_FOLDER";

    private static readonly string[] s_linuxNames = ["libcublas.so.13", "libcublas.so.12", "libcublas.so"];
    private static readonly string[] s_windowsNames = ["cublas64_13.dll", "cublas64_12.dll"];

    /// <summary>Every file to try in this process, in order.</summary>
    internal static IEnumerable<string> OfProcess() => Candidates(
        NvrtcSearch.OfProcess() with
        {
            ConfiguredFolder = AppContext.GetData(Option) as string,
            EnvironmentFolder = Environment.GetEnvironmentVariable(Variable),
        },
        OperatingSystem.IsWindows());

    internal static IEnumerable<string> Candidates(NvrtcSearch folders, bool windows) =>
        folders.Candidates(windows ? s_windowsNames : s_linuxNames, windows);
}
