namespace MoeGen;

/// <summary>A CUDA library is not on this machine or does not load. The message names every file tried and why it failed.</summary>
public sealed class CudaLibraryNotFoundException : DllNotFoundException
{
    internal CudaLibraryNotFoundException(string library, string remedy, IReadOnlyList<string> attempts)
        : base(Describe(library, remedy, attempts))
    {
        Library = library;
        Attempts = attempts;
    }

    /// <summary>What was looked for, in words.</summary>
    public string Library { get; }

    /// <summary>One line for each file tried: its name or path, and the reason.</summary>
    public IReadOnlyList<string> Attempts { get; }

    private static string Describe(string library, string remedy, IReadOnlyList<string> attempts) =>
        $"{library} was not found. {remedy} Tried:{Environment.NewLine}  "
        + string.Join(Environment.NewLine + "  ", attempts);
}
