using System.Runtime.InteropServices;

namespace MoeGen.Native;

/// <summary>Loads the first of several candidate files, and remembers why each of the others did not load.</summary>
internal static class LibraryLoader
{
    /// <param name="library">What is looked for, in words.</param>
    /// <param name="remedy">A sentence that tells the user what to do when nothing is found.</param>
    /// <param name="candidates">Full paths, or bare names that go to the system's loader; in order of preference.</param>
    /// <exception cref="CudaLibraryNotFoundException">No candidate loads.</exception>
    internal static nint Load(string library, string remedy, IEnumerable<string> candidates)
    {
        var attempts = new List<string>();
        foreach (string candidate in candidates)
        {
            if (Path.IsPathRooted(candidate) && !File.Exists(candidate))
            {
                attempts.Add($"{candidate}: no such file");
                continue;
            }

            try
            {
                return NativeLibrary.Load(candidate);
            }
            catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
            {
                attempts.Add($"{candidate}: {OneLine(exception.Message)}");
            }
        }

        throw new CudaLibraryNotFoundException(library, remedy, attempts);
    }

    // .NET puts advice on debugging before the loader's own words; with many files tried, the latter are what is read.
    private static string OneLine(string text)
    {
        const string advice = "environment variable: ";
        int end = text.IndexOf(advice, StringComparison.Ordinal);
        string words = end < 0 ? text : text[(end + advice.Length)..];
        return string.Join(' ', words.Split(['\r', '\n', '\t', ' '], StringSplitOptions.RemoveEmptyEntries));
    }
}
