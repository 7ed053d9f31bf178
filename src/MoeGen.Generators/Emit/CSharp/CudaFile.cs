using MoeGen.Generators.Models;

namespace MoeGen.Generators.Emit.CSharp;

/// <summary>The CUDA text as a member of the class: UTF-8 data of the assembly, read without a copy.</summary>
internal static class CudaFile
{
    /// <summary>Emits the second file of a class.</summary>
    public static string Emit(MoeModel model, string cudaText)
    {
        string quotes = new('"', Math.Max(3, LongestRunOfQuotes(cudaText) + 1));

        // Indentation would become part of the text, so the literal stands at the start of its lines.
        return Hierarchy.Write(
            model.Type,
            writer => writer.Open($"partial class {model.Type.Name}"),
            writer => writer
                .Write("/// <inheritdoc/>")
                .Write(Names.GeneratedCode)
                .Write("public static global::System.ReadOnlySpan<byte> CudaSource =>")
                .WriteVerbatim($"{quotes}\n{cudaText}\n{quotes}u8;\n"));
    }

    private static int LongestRunOfQuotes(string text)
    {
        int longest = 0, run = 0;
        foreach (char character in text)
        {
            run = character == '"' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }
}
