using MoeGen.Generators.Helpers;
using MoeGen.Generators.Models;

namespace MoeGen.Generators.Emit.CSharp;

/// <summary>The launchers of the GEMMs: by index of a variant, and one method each by name.</summary>
internal static class GemmMethodsText
{
    /// <summary>Writes the methods.</summary>
    public static void Write(CodeWriter writer, MoeModel model, IReadOnlyList<GemmKernel> gemms)
    {
        if (gemms.Count == 0)
        {
            WriteForeign(writer, model);
            return;
        }

        WriteResidentBlocks(writer, gemms);
        foreach (IGrouping<int, GemmKernel> gemm in gemms.GroupBy(kernel => kernel.Gemm))
        {
            WriteByVariant(writer, gemm.Key, gemm);
        }

        foreach (GemmKernel gemm in gemms)
        {
            writer.Write().Write(
                $"""
                /// <summary>GEMM{gemm.Gemm}, {PlanText.Of(gemm.Plan)}.</summary>
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

    private static void WriteForeign(CodeWriter writer, MoeModel model)
    {
        writer.Write().Write(
            """
            /// <summary>0: there is no generated GEMM, because cuBLAS multiplies.</summary>
            public int ResidentBlocks(int variant) => 0;
            """);
        for (int gemm = 1; gemm <= 2; gemm++)
        {
            writer.Write().Write(
                $"""
                /// <summary>Not in this configuration, in which cuBLAS multiplies.</summary>
                /// <exception cref="global::System.InvalidOperationException">Always.</exception>
                public void Gemm{gemm}(int variant, in {Names.MoeGen}.Gemm{gemm}Arguments<{Names.Element(model.Dtype)}> arguments, {Names.MoeGen}.CudaStream stream) =>
                    throw new global::System.InvalidOperationException("Gemm is Cublas, so there is no kernel of GEMM{gemm}: set Gemm to TensorCore in [MoeConfig].");
                """);
        }
    }

    private static void WriteResidentBlocks(CodeWriter writer, IReadOnlyList<GemmKernel> gemms)
    {
        writer.Write().Write("/// <inheritdoc/>");
        writer.Open("public int ResidentBlocks(int variant) => variant switch");
        foreach (IGrouping<int, GemmKernel> variant in gemms.GroupBy(kernel => kernel.Variant))
        {
            string blocks = string.Join(", ", variant.Select(kernel => kernel.IsOptional ? $"{kernel.Field}?.ResidentBlocks ?? 0" : $"{kernel.Field}.ResidentBlocks"));
            writer.Write($"{variant.Key} => global::System.Math.Min({blocks}),");
        }

        writer.Write("_ => throw UnknownVariant(variant),").Close("};");
    }

    private static void WriteByVariant(CodeWriter writer, int number, IEnumerable<GemmKernel> gemms)
    {
        writer.Write().Write("/// <inheritdoc/>");
        writer.Open($"public void Gemm{number}(int variant, in {gemms.First().Arguments} arguments, {Names.MoeGen}.CudaStream stream)");
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
