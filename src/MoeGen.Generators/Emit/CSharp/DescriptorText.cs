using MoeGen.Generators.Helpers;
using MoeGen.Generators.Models;
using MoeGen.Generators.Validation;

namespace MoeGen.Generators.Emit.CSharp;

/// <summary>The members of the descriptor interface, but for the CUDA text, which has a file of its own.</summary>
internal static class DescriptorText
{
    /// <summary>Writes them.</summary>
    public static void Write(CodeWriter writer, MoeModel model)
    {
        WriteDescriptor(writer, model);
        if (model.Output != MoeOutput.Cuda)
        {
            writer.Write(
                $"""

                /// <inheritdoc/>
                {Names.GeneratedCode}
                {Head(model, "global::System.ReadOnlySpan<byte>", GeneratedMembers.CudaSource)} => default;
                """);
        }

        string element = Names.Element(model.Dtype);
        string body = model.Output switch
        {
            MoeOutput.Cuda => "new Launchers(parts)",
            MoeOutput.Managed => "throw new global::System.NotSupportedException(\"FP32 runs on the managed backend only.\")",
            _ => "throw new global::System.NotSupportedException(\"The configuration has errors, so there are no GPU kernels.\")",
        };
        writer.Write(
            $"""

            /// <inheritdoc/>
            {Names.GeneratedCode}
            static {Names.MoeGen}.IMoeLaunchers<{element}> {Names.Descriptor(model)}.CreateLaunchers({Names.MoeGen}.KernelParts parts) => {body};
            """);
    }

    // A member of the author's with the name is an error of ours; one beside it would add the compiler's.
    private static string Head(MoeModel model, string type, string name) => model.Type.TakenNames.Contains(name)
        ? $"static {type} {Names.Descriptor(model)}.{name}"
        : $"public static {type} {name}";

    private static void WriteDescriptor(CodeWriter writer, MoeModel model)
    {
        writer.Write(
            $"""
            /// <inheritdoc/>
            {Names.GeneratedCode}
            {Head(model, $"{Names.MoeGen}.MoeDescriptor", GeneratedMembers.Descriptor)} {"{ get; }"} = new(
                Name: "{model.Type.FullName}",
                Dtype: {Names.MoeGen}.Dtype.{model.Dtype},
                Activation: {Names.MoeGen}.Activation.{model.Activation},
                Routing: {Names.MoeGen}.RoutingMethod.{model.Routing},
            """);
        IReadOnlyList<string> options = DescriptorOptions.Of(model);
        string end = options.Count == 0 ? ";" : "";
        if (model.Variants.Count == 0)
        {
            writer.Write($"    Variants: global::System.Array.Empty<{Names.MoeGen}.GemmVariant>()){end}");
        }
        else
        {
            writer.Write($"    Variants: new {Names.MoeGen}.GemmVariant[]").Write("    {");
            foreach (GemmPlan plan in model.Variants)
            {
                writer.Write(
                    $"        new(Name: \"{plan.Name}\", TileM: {plan.TileM}, TileN: {plan.TileN}, TileK: {plan.TileK}, Stages: {plan.Stages}, " +
                    $"Threads: {plan.Threads}, SharedMemoryBytes: {plan.SharedMemoryBytes}, MaxRegisters: {plan.MaxRegisters}, MinBlocksPerSm: {plan.MinBlocksPerSm}),");
            }

            writer.Write($"    }}){end}");
        }

        if (options.Count > 0)
        {
            writer.Write("{").Write(string.Join("\n", options.Select(option => $"    {option},"))).Write("};");
        }
    }
}
