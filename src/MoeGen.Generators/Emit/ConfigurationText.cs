using System.Globalization;
using MoeGen.Generators.Models;

namespace MoeGen.Generators.Emit;

/// <summary>The configuration in words, for comments.</summary>
internal static class ConfigurationText
{
    /// <summary>Element type, activation with its constants, routing, and the sizes that are constants.</summary>
    public static string Of(MoeModel model)
    {
        string sizes = Sizes(model.Shape);
        return $"{Types(model)}, {Activation(model)}, {model.Routing}{Multiplier(model.Gemm)}{(sizes.Length == 0 ? "" : $"; {sizes}")}";
    }

    private static string Types(MoeModel model) => model.Weights switch
    {
        { QuantizesActivations: true } => $"INT8 between {model.Dtype} input and output",
        { IsQuantized: true } => $"{model.Dtype} with {model.Weights}",
        _ => model.Dtype.ToString(),
    };

    private static string Multiplier(Gemm gemm) => gemm switch
    {
        Gemm.Custom => ", custom GEMM",
        Gemm.Cublas => ", GEMM by cuBLAS",
        _ => "",
    };

    private static string Activation(MoeModel model)
    {
        string limit = $"limit {Text(model.Swiglu.Limit)}";
        return model.Activation switch
        {
            { } activation when activation.HasAlphaAndBeta() =>
                $"{activation} (alpha {Text(model.Swiglu.Alpha)}, beta {Text(model.Swiglu.Beta)}, {limit})",
            { } activation when activation.HasLimit() => $"{activation} ({limit})",
            { } activation => activation.ToString(),
        };
    }

    private static string Sizes(StaticShape shape) => string.Join(", ", new[]
    {
        (Name: "E", Size: shape.NumExperts), (Name: "K", Size: shape.TopK), (Name: "H", Size: shape.HiddenSize), (Name: "I", Size: shape.IntermediateSize),
    }.Where(size => size.Size != 0).Select(size => $"{size.Name} = {size.Size.ToString(CultureInfo.InvariantCulture)}"));

    // The literal less its suffix.
    private static string Text(float value) => FloatLiteral.Of(value).TrimEnd('f');
}
