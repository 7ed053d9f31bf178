using MoeGen.Generators.Helpers;
using MoeGen.Generators.Models;
using MoeGen.Generators.Planning;

namespace MoeGen.Generators.Emit.CSharp;

/// <summary>The nested class of typed launchers: one field and one method a kernel.</summary>
internal static class LaunchersText
{
    private const string Stream = $"{Names.MoeGen}.CudaStream stream";

    /// <summary>Writes the class.</summary>
    public static void Write(CodeWriter writer, MoeModel model)
    {
        IReadOnlyList<StageKernel> stages = StageKernel.Of(model);
        IReadOnlyList<GemmKernel> gemms = GemmKernel.Of(model);
        string element = Names.Element(model.Dtype);

        writer.Write("/// <summary>The kernels of this layer as typed methods. Each call enqueues one kernel on the stream and returns.</summary>");
        writer.Write(Names.GeneratedCode);
        writer.Open($"public sealed class Launchers : {Names.MoeGen}.IMoeLaunchers<{element}>");
        WriteFields(writer, stages, gemms);
        WriteConstructor(writer, model, stages, gemms);
        foreach (StageKernel stage in stages)
        {
            writer.Write().Write(
                $"""
                /// <summary>{stage.Summary}</summary>
                public void {stage.Method}(in {stage.Arguments} arguments, {stage.Parameter}{Stream}) =>
                    {(stage.IsOptional ? $"({stage.Field} ?? throw {TooLarge(stage)})" : stage.Field)}.Launch(in arguments, {stage.Grid}, stream);
                """);
        }

        GemmMethodsText.Write(writer, model, gemms);
        writer.Close();
    }

    private static void WriteFields(CodeWriter writer, IReadOnlyList<StageKernel> stages, IReadOnlyList<GemmKernel> gemms)
    {
        foreach (StageKernel stage in stages)
        {
            writer.Write($"private readonly {Names.MoeGen}.PartKernel{(stage.IsOptional ? "?" : "")} {stage.Field};");
        }

        foreach (GemmKernel gemm in gemms)
        {
            writer.Write($"private readonly {Names.MoeGen}.PartKernel{(gemm.IsOptional ? "?" : "")} {gemm.Field};");
        }
    }

    private static void WriteConstructor(CodeWriter writer, MoeModel model, IReadOnlyList<StageKernel> stages, IReadOnlyList<GemmKernel> gemms)
    {
        writer.Write().Write("/// <summary>Finds the kernels in <see cref=\"CudaSource\"/>, compiled whole or part by part.</summary>");
        writer.Open($"public Launchers({Names.MoeGen}.KernelParts parts)");
        foreach (StageKernel stage in stages)
        {
            WriteField(writer, stage.Field, Kernel(model, stage.Part, stage.Kernel, stage.Threads, stage.SharedMemoryBytes), stage.IsOptional, GpuLimits.MaxSharedMemoryBytes);
        }

        foreach (GemmKernel gemm in gemms)
        {
            string kernel = Kernel(model, gemm.Plan.Name, gemm.Kernel, gemm.Plan.Threads, gemm.Plan.SharedMemoryBytes);
            WriteField(writer, gemm.Field, kernel, gemm.IsOptional, gemm.Plan.SharedMemoryBytes);
        }

        writer.Close();
    }

    private static void WriteField(CodeWriter writer, string field, string kernel, bool isOptional, int sharedMemoryBytes) =>
        writer.Write(isOptional ? $"{field} = parts.Context.SharedMemoryPerBlockOptin < {sharedMemoryBytes} ? null : {kernel};" : $"{field} = {kernel};");

    private static string TooLarge(StageKernel stage) =>
        $"new global::System.NotSupportedException(\"{stage.Method} needs {stage.SharedMemoryBytes} bytes of shared memory a block, more than this GPU has.\")";

    private static string Kernel(MoeModel model, string part, string name, int threads, int sharedMemoryBytes) =>
        $"parts.Kernel(\"{(TextParts.IsSplit(model) ? part : "")}\", \"{name}\", threads: {threads}, sharedMemoryBytes: {sharedMemoryBytes})";
}
