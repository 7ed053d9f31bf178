using System.Globalization;
using MoeGen.Generators.Models;

namespace MoeGen.Generators.Emit.CSharp;

/// <summary>The members of a descriptor that most configurations leave at their defaults.</summary>
internal static class DescriptorOptions
{
    /// <summary>Assignments of an object initializer, for what differs from the defaults.</summary>
    public static IReadOnlyList<string> Of(MoeModel model)
    {
        List<string> options = [];
        if (model.Gemm != Gemm.TensorCore)
        {
            options.Add($"Gemm = {Names.MoeGen}.Gemm.{model.Gemm}");
        }

        if (model.Weights.IsQuantized)
        {
            options.Add($"Weights = {Names.MoeGen}.WeightFormat.{model.Weights.Format}");
        }

        if (model.Weights.Format == WeightFormat.Int4Group)
        {
            options.Add($"GroupSize = {model.Weights.GroupSize.ToString(CultureInfo.InvariantCulture)}");
        }

        if (model.Weights.ZeroPoints)
        {
            options.Add("HasZeroPoints = true");
        }

        if (model.Weights.QuantizesActivations)
        {
            options.Add("QuantizesActivations = true");
        }

        if (model.Decodes)
        {
            options.Add("Decodes = true");
        }

        if (model.Swiglu != SwigluConstants.Default)
        {
            options.Add(
                $"Swiglu = new(Alpha: {FloatLiteral.Of(model.Swiglu.Alpha)}, Beta: {FloatLiteral.Of(model.Swiglu.Beta)}, Limit: {FloatLiteral.Of(model.Swiglu.Limit)})");
        }

        if (model.Shape != new StaticShape())
        {
            options.Add($"StaticShape = new({string.Join(", ", Sizes(model.Shape))})");
        }

        return options;
    }

    private static IEnumerable<string> Sizes(StaticShape shape) => new[]
    {
        (Name: nameof(StaticShape.NumExperts), Size: shape.NumExperts), (Name: nameof(StaticShape.TopK), Size: shape.TopK),
        (Name: nameof(StaticShape.HiddenSize), Size: shape.HiddenSize), (Name: nameof(StaticShape.IntermediateSize), Size: shape.IntermediateSize),
    }.Where(size => size.Size != 0).Select(size => $"{size.Name}: {size.Size.ToString(CultureInfo.InvariantCulture)}");
}
