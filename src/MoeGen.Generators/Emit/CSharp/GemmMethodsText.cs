using MoeGen.Generators.Helpers;
using MoeGen.Generators.Models;

namespace MoeGen.Generators.Emit.CSharp;

/// <summary>The launchers of the GEMMs: by index of a variant, and one method each by name.</summary>
internal static class GemmMethodsText
{
    /// <summary>Writes the methods.</summary>
    public static void Write(CodeWriter writer, MoeModel model, IReadOnlyList<GemmKernel> gemms)
    {
        WriteResidentBlocks(writer, gemms);
        foreach (IGrouping<string, GemmKernel> kernel in gemms.GroupBy(gemm => gemm.Gemm))
        {
            WriteByVariant(writer, kernel.Key, kernel);
        }

        foreach (int number in Enumerable.Range(1, 2).Where(number => !model.Generates(number)))
        {
            WriteForeign(writer, model, number);
        }

        if (gemms.Count == 0)
        {
            return;
        }

        foreach (GemmKernel gemm in gemms)
        {
            writer.Write().Write(
                $"""
                /// <summary>{(model.FusesGemms ? "Both GEMMs" : gemm.Gemm.ToUpperInvariant())}, {PlanText.Of(gemm.Plan)}.</summary>
                public void {gemm.Method}(in {gemm.Arguments} arguments, long gridBlocks, {Names.MoeGen}.CudaStream stream) =>
                    {(gemm.IsOptional ? $"({gemm.Field} ?? throw TooLarge({gemm.Variant}))" : gemm.Field)}.Launch(in arguments, gridBlocks, stream);
                """);
        }

        if (gemms.Any(gemm => gemm.IsOptional))
        {
            writer.Write().Write(
                """
                private static global::System.NotSupportedException TooLarge(int variant) =>
                    new($"GEMM variant {Descriptor.Variants[variant].Name} needs {Descriptor.Variants[variant].SharedMemoryBytes} bytes of shared memory a block, more than this GPU has.");
                """);
        }

        writer.Write().Write(
            $"""
            private static global::System.ArgumentOutOfRangeException UnknownVariant(int variant) =>
                new(nameof(variant), variant, "There is no such GEMM variant; allowed are 0 to {model.Variants.Count - 1}.");
            """);
    }

    private static void WriteForeign(CodeWriter writer, MoeModel model, int number)
    {
        (string who, string reason) = model.Gemm == Gemm.Cublas
            ? ("cuBLAS multiplies", $"Gemm is Cublas, so there is no kernel of GEMM{number}: set Gemm to TensorCore in [MoeConfig].")
            : ($"the class itself implements GEMM{number}", $"The class implements Gemm{number}, so there is no kernel of GEMM{number}: remove the method to have it generated.");
        writer.Write().Write(
            $"""
            /// <summary>Not in this configuration, in which {who}.</summary>
            /// <exception cref="global::System.InvalidOperationException">Always.</exception>
            public void Gemm{number}(int variant, in {Names.MoeGen}.Gemm{number}Arguments<{Names.Element(model.Dtype)}> arguments, {Names.MoeGen}.CudaStream stream) =>
                throw new global::System.InvalidOperationException("{reason}");
            """);
    }

    private static void WriteResidentBlocks(CodeWriter writer, IReadOnlyList<GemmKernel> gemms)
    {
        if (gemms.Count == 0)
        {
            writer.Write().Write(
                """
                /// <summary>0: there is no generated GEMM.</summary>
                public int ResidentBlocks(int variant) => 0;
                """);
            return;
        }

        writer.Write().Write("/// <inheritdoc/>");
        writer.Open("public int ResidentBlocks(int variant) => variant switch");
        foreach (IGrouping<int, GemmKernel> variant in gemms.GroupBy(kernel => kernel.Variant))
        {
            string[] blocks = [.. variant.Select(kernel => kernel.IsOptional ? $"{kernel.Field}?.ResidentBlocks ?? 0" : $"{kernel.Field}.ResidentBlocks")];
            writer.Write($"{variant.Key} => {(blocks.Length == 1 ? blocks[0] : $"global::System.Math.Min({string.Join(", ", blocks)})")},");
        }

        writer.Write("_ => throw UnknownVariant(variant),").Close("};");
    }

    private static void WriteByVariant(CodeWriter writer, string kernel, IEnumerable<GemmKernel> gemms)
    {
        writer.Write().Write("/// <inheritdoc/>");
        writer.Open($"public void {kernel}(int variant, in {gemms.First().Arguments} arguments, {Names.MoeGen}.CudaStream stream)");
        writer.Open("switch (variant)");
        foreach (GemmKernel gemm in gemms)
        {
            writer.Write(
                $"""
                case {gemm.Variant}:
                    {gemm.Method}(in arguments, ResidentBlocks({gemm.Variant}), stream);
                    break;
                """);
        }

        writer.Write(
            """
            default:
                throw UnknownVariant(variant);
            """).Close().Close();
    }
}
