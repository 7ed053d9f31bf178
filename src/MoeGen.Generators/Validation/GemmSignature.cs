using MoeGen.Generators.Models;

namespace MoeGen.Generators.Validation;

/// <summary>The signatures of the methods with which a class multiplies itself.</summary>
internal static class GemmSignature
{
    /// <summary>The methods' names.</summary>
    public static readonly string[] Methods = ["Gemm1", "Gemm2"];

    /// <summary>The signature that implements the declared method, written as <see cref="GemmMethod.Signature"/> is.</summary>
    /// <param name="method"><c>Gemm1</c> or <c>Gemm2</c>.</param>
    /// <param name="dtype">Element type of the layer.</param>
    public static string Of(string method, Dtype dtype)
    {
        string element = ElementOf(dtype);
        string result = method == "Gemm1" ? "float" : element;
        return $"partial void {method}(in MoeGen.GroupedGemmArguments<{element}, {result}>, MoeGen.CudaStream)";
    }

    /// <summary>The same as C# text with parameter names.</summary>
    /// <param name="method"><c>Gemm1</c> or <c>Gemm2</c>.</param>
    /// <param name="element">What <see cref="ElementOf"/> says.</param>
    /// <param name="arguments">Name of the first parameter.</param>
    /// <param name="stream">Name of the second parameter.</param>
    public static string TextOf(string method, string element, string arguments, string stream)
    {
        string type = $"global::{element}";
        string result = method == "Gemm1" ? "float" : type;
        return $"partial void {method}(in global::MoeGen.GroupedGemmArguments<{type}, {result}> {arguments}, global::MoeGen.CudaStream {stream})";
    }

    /// <summary>Whether a class has methods of this name and none of them implements the declared one.</summary>
    public static bool HasOther(TypeModel type, string method, Dtype dtype) =>
        type.GemmMethods.Where(own => own.Name == method).ToArray() is { Length: > 0 } methods
        && methods.All(own => own.Signature != Of(method, dtype));

    /// <summary>The C# type of an element, with its full name.</summary>
    public static string ElementOf(Dtype dtype) => dtype switch
    {
        Dtype.FP16 => "System.Half",
        Dtype.FP32 => "float",
        _ => "MoeGen.BFloat16",
    };
}
