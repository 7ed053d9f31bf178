using MoeGen.Generators.Models;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>
/// A method of another signature would be an overload that nothing calls, while the declared method would stay empty and the
/// product unwritten.
/// </summary>
internal static class GemmSignatureRule
{
    /// <summary>Checks the methods <c>Gemm1</c> and <c>Gemm2</c>; the parameters' names are free.</summary>
    public static IEnumerable<Issue> Check(MoeDeclaration declaration)
    {
        // Without an element type, DtypeRule's alone, no signature is right or wrong.
        if (declaration.Settings is not { Gemm: Gemm.Custom, Dtype: { } dtype and (Dtype.BF16 or Dtype.FP16) })
        {
            return [];
        }

        return
            from name in GemmSignature.Methods
            where GemmSignature.HasOther(declaration.Type, name, dtype)
            let found = declaration.Type.GemmMethods.First(method => method.Name == name).Signature
            let allowed = GemmSignature.Of(name, dtype)
            select Issue.Of(RuleIds.GemmSignature, name, found, allowed) with { Suggestion = new Suggestion(name, GemmSignature.ElementOf(dtype)) };
    }
}
