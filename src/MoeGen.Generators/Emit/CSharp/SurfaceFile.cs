using MoeGen.Generators.Helpers;
using MoeGen.Generators.Models;

namespace MoeGen.Generators.Emit.CSharp;

/// <summary>The C# half of a class: base class, constructors, descriptor and typed launchers.</summary>
internal static class SurfaceFile
{
    /// <summary>Emits the first file of a class.</summary>
    public static string Emit(MoeModel model) => Hierarchy.Write(model.Type, writer => Head(writer, model), writer =>
    {
        ConstructorsText.Write(writer, model);
        DescriptorText.Write(writer, model);
        if (model.Gemm == Gemm.Custom)
        {
            CustomGemmText.Write(writer, model);
        }

        if (model.Output == MoeOutput.Cuda)
        {
            writer.Write();
            LaunchersText.Write(writer, model);
        }
    });

    private static void Head(CodeWriter writer, MoeModel model)
    {
        // Remarks, so that a summary in the user's half stays the only one.
        writer.Write("/// <remarks>");
        writer.Write($"/// Mixture-of-Experts layer: {ConfigurationText.Of(model)}.");
        switch (model.Output)
        {
            case MoeOutput.Cuda when !model.GeneratedGemms.Any():
                writer.Write($"/// {MultiplierText.Of(model)}");
                break;
            case MoeOutput.Cuda:
                writer.Write($"/// {MultiplierText.Of(model)}").Write("/// <list type=\"bullet\">");
                foreach (GemmPlan plan in model.Variants)
                {
                    writer.Write($"/// <item><description>{PlanText.Of(plan)}</description></item>");
                }

                if (model.Decodes)
                {
                    writer.Write($"/// <item><description>{TextParts.Decode}: both GEMMs for few tokens, without tiles</description></item>");
                }

                writer.Write("/// </list>");
                break;
            case MoeOutput.Managed:
                writer.Write("/// It runs on the managed backend only; there are no GPU kernels.");
                break;
            default:
                writer.Write("/// The configuration has errors, so there are no GPU kernels.");
                break;
        }

        string element = Names.Element(model.Dtype);
        writer.Write("/// </remarks>");
        writer.Open(
            $"partial class {model.Type.Name} : {Names.MoeGen}.MoeLayer<{model.Type.GlobalName}, {element}>, {Names.Descriptor(model)}");
    }
}
