namespace MoeGen.Native;

/// <summary>Asks the loaded NVRTC about itself, once.</summary>
internal static class NvrtcProbe
{
    private static NvrtcInfo? s_info;

    // Two threads may ask at once and get equal answers; a failure is not remembered.
    internal static NvrtcInfo Info => s_info ??= Read();

    private static unsafe NvrtcInfo Read()
    {
        NativeResolver.Register();
        string? path = NvrtcLibrary.Loaded.FilePath;
        NvrtcProgram.Check(NvrtcApi.nvrtcVersion(out int major, out int minor), "nvrtcVersion");
        NvrtcProgram.Check(NvrtcApi.nvrtcGetNumSupportedArchs(out int count), "nvrtcGetNumSupportedArchs");
        int[] architectures = new int[count];
        fixed (int* first = architectures)
        {
            NvrtcProgram.Check(NvrtcApi.nvrtcGetSupportedArchs(first), "nvrtcGetSupportedArchs");
        }

        Array.Sort(architectures);
        return new NvrtcInfo(new Version(major, minor), path, architectures);
    }
}
