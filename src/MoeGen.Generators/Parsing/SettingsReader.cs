using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MoeGen.Generators.Models;

namespace MoeGen.Generators.Parsing;

/// <summary>From the attribute's arguments to <see cref="MoeSettings"/>.</summary>
internal static class SettingsReader
{
    /// <summary>Reads what is stated; an argument that does not compile counts as left out and marks the whole unreadable.</summary>
    public static MoeSettings Read(AttributeData data, AttributeSyntax? attribute)
    {
        Dictionary<string, object?> values = data.NamedArguments
            .Where(argument => argument.Value.Kind is TypedConstantKind.Primitive or TypedConstantKind.Enum)
            .GroupBy(argument => argument.Key)
            .ToDictionary(group => group.Key, group => group.First().Value.Value);
        int stated = attribute?.ArgumentList?.Arguments.Count ?? values.Count;

        return new MoeSettings(
            Dtype: (Dtype?)Integer(nameof(MoeSettings.Dtype)),
            Activation: (Activation?)Integer(nameof(MoeSettings.Activation)),
            Tile: values.TryGetValue(nameof(MoeSettings.Tile), out object? tile) ? tile as string : null,
            Stages: Integer(nameof(MoeSettings.Stages)),
            Routing: (RoutingMethod?)Integer(nameof(MoeSettings.Routing)),
            SwigluAlpha: Float(nameof(MoeSettings.SwigluAlpha)),
            SwigluBeta: Float(nameof(MoeSettings.SwigluBeta)),
            SwigluLimit: Float(nameof(MoeSettings.SwigluLimit)),
            NumExperts: Integer(nameof(MoeSettings.NumExperts)),
            TopK: Integer(nameof(MoeSettings.TopK)),
            HiddenSize: Integer(nameof(MoeSettings.HiddenSize)),
            IntermediateSize: Integer(nameof(MoeSettings.IntermediateSize)),
            Gemm: (Gemm?)Integer(nameof(MoeSettings.Gemm)),
            OutputDtype: (Dtype?)Integer(nameof(MoeSettings.OutputDtype)),
            Weights: (WeightFormat?)Integer(nameof(MoeSettings.Weights)),
            GroupSize: Integer(nameof(MoeSettings.GroupSize)),
            ZeroPoints: values.TryGetValue(nameof(MoeSettings.ZeroPoints), out object? zeroPoints) ? zeroPoints as bool? : null,
            Unreadable: stated != values.Count);

        int? Integer(string name) => values.TryGetValue(name, out object? value) ? value as int? : null;

        float? Float(string name) => values.TryGetValue(name, out object? value) ? value as float? : null;
    }
}
