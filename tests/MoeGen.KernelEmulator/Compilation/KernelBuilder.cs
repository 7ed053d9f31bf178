using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace MoeGen.KernelEmulator;

/// <summary>
/// Makes a library of a CUDA text, once per distinct text, compiler and native sources; libraries stay in a folder beside
/// the tests from run to run.
/// </summary>
internal static class KernelBuilder
{
    // Loop idioms and vectors would hide single accesses from the instrumentation.
    private static readonly string[] KernelOptions =
    [
        "-std=c++17", "-Og", "-gdwarf-4", "-g1", "-fPIC", "-fvisibility=hidden", "-fno-strict-aliasing", "-fno-tree-vectorize", "-fsanitize=thread",
        "-Wno-unknown-pragmas",
    ];

    private const string ExpressionChecks = "-fsanitize=alignment,bounds,shift,signed-integer-overflow,integer-divide-by-zero";

    private static readonly string[] CoreOptions = ["-std=c++17", "-O3", "-fPIC", "-fvisibility=hidden"];

    private static readonly ConcurrentDictionary<string, Lazy<KernelLibrary>> Libraries = new();
    private static readonly Lazy<string> SourceHash = new(HashSources);
    private static readonly Lazy<string> Core = new(BuildCore);

    private static string Native => Path.Combine(AppContext.BaseDirectory, "native");

    private static string Output => Path.Combine(AppContext.BaseDirectory, "emulated");

    private static bool IsClang => Path.GetFileName(HostCompiler.Command!).Contains("clang", StringComparison.Ordinal);

    /// <param name="text">The CUDA text.</param>
    /// <param name="checksExpressions">Whether expressions are checked too, for shifts, overflows, divisions, alignment and bounds: as long to compile as all the rest.</param>
    public static KernelLibrary Get(ReadOnlySpan<byte> text, bool checksExpressions)
    {
        string key = Convert.ToHexStringLower(SHA256.HashData(text))[..24] + (checksExpressions ? "" : "-accesses");
        byte[] copy = text.ToArray();
        return Libraries.GetOrAdd(key, _ => new(() => Load(key, copy, checksExpressions))).Value;
    }

    private static KernelLibrary Load(string key, byte[] text, bool checksExpressions)
    {
        string stem = Path.Combine(Output, $"{key}-{SourceHash.Value}");
        string library = stem + ".so";
        string source = stem + ".cu";
        if (!File.Exists(library))
        {
            string core = Core.Value;
            string unique = $"{stem}.{Guid.NewGuid():N}";
            File.WriteAllBytes(source, text);
            File.WriteAllText(unique + ".cpp", WrapperText.Write(Encoding.UTF8.GetString(text), Path.GetFileName(source)));
            HostCompiler.Run(
                HostCompiler.Command!,
                [.. KernelOptions, .. checksExpressions ? [ExpressionChecks] : (string[])[], IsClang ? "-fno-builtin" : "-fno-tree-loop-distribute-patterns", "-I", Native, "-include", "cuda_shim.h",
                 "-c", unique + ".cpp", "-o", unique + ".o"]);
            HostCompiler.Run(HostCompiler.Command!, "-shared", unique + ".o", core, "-o", unique + ".so", "-Wl,--no-undefined", "-lm");
            File.Move(unique + ".so", library, overwrite: true);
            File.Delete(unique + ".cpp");
            File.Delete(unique + ".o");
        }

        return new KernelLibrary(library, source);
    }

    private static string BuildCore()
    {
        string core = Path.Combine(Output, $"core-{SourceHash.Value}.o");
        if (!File.Exists(core))
        {
            string unique = $"{core}.{Guid.NewGuid():N}.o";
            HostCompiler.Run(HostCompiler.Command!, [.. CoreOptions, "-I", Native, "-c", Path.Combine(Native, "core.cpp"), "-o", unique]);
            File.Move(unique, core, overwrite: true);
        }

        return core;
    }

    private static string HashSources()
    {
        Directory.CreateDirectory(Output);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(HostCompiler.Run(HostCompiler.Command!, "--version") + string.Join(' ', KernelOptions) + ExpressionChecks));
        foreach (string file in Directory.GetFiles(Native, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            hash.AppendData(File.ReadAllBytes(file));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
    }
}
