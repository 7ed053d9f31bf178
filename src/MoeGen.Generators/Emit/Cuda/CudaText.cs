using MoeGen.Generators.Models;

namespace MoeGen.Generators.Emit.Cuda;

/// <summary>The CUDA text of a class: self-contained, constants first, nothing that its kernels do not use. A pure function of the model.</summary>
internal static class CudaText
{

    /// <summary>Emits the text from the embedded templates.</summary>
    public static string Emit(MoeModel model) => Emit(model, EmbeddedTemplates.Read);

    /// <summary>Emits the text from templates that <paramref name="read"/> supplies by path.</summary>
    public static string Emit(MoeModel model, Func<string, string?> read)
    {
        string includes = ConfigBlock.Includes(model);
        string[] conditions = [.. Conditions.Of(model)];
        TemplateComposer composer = new(path => path == ConfigBlock.Path ? includes : Conditions.Apply(read(path), conditions));
        composer.Append(HeaderComment.Emit(model)).Append(ConfigBlock.Constants(model)).Include(ConfigBlock.Path);
        foreach (string root in Roots(model))
        {
            composer.Include(root, TextParts.OfTemplate(root) is { } part ? lines => TextParts.Guard(model, part, lines) : null);
        }

        return LiveText.Of(composer.Append(EntryPoints.Emit(model)).ToString());
    }

    private static IEnumerable<string> Roots(MoeModel model)
    {
        yield return "routing/route.cuh";
        if (model.Routing != RoutingMethod.Preselected)
        {
            yield return "routing/select_experts.cuh";
            yield return "routing/select_and_route.cuh";
            yield return "routing/router_logits.cuh";
        }

        if (model.Weights.QuantizesActivations)
        {
            yield return "quantize/quantize.cuh";
            yield return "quantize/route_and_quantize.cuh";
        }

        foreach (string gemm in model.GemmKernels)
        {
            yield return $"gemm/{gemm.ToLowerInvariant()}.cuh";
        }

        if (model.Gemm != Gemm.TensorCore)
        {
            yield return "permute/permute.cuh";
            yield return "activation/apply.cuh";
        }

        yield return "finalize/finalize.cuh";
        if (model.DividesDepth)
        {
            yield return "finalize/finalize_splits.cuh";
        }

        if (model.Decodes && !model.Weights.QuantizesActivations)
        {
            yield return "decode/decode.cuh";
        }
        else if (model.Decodes)
        {
            yield return "decode/gemm1.cuh";
            yield return "decode/gemm2.cuh";
        }
    }
}
