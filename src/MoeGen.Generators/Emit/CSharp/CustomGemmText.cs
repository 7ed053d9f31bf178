using MoeGen.Generators.Helpers;
using MoeGen.Generators.Models;
using MoeGen.Generators.Validation;

namespace MoeGen.Generators.Emit.CSharp;

/// <summary>The partial methods of a class that multiplies itself, and the overrides through which the run time calls them.</summary>
internal static class CustomGemmText
{
    /// <summary>Writes them.</summary>
    public static void Write(CodeWriter writer, MoeModel model)
    {
        string element = Names.Element(model.Dtype);
        Write(writer, "Gemm1", "float", "Permuted input rows times fc1, fp32, without bias.", model.Type.ImplementsGemm(1));
        Write(writer, "Gemm2", element, "Activated rows times fc2, rounded to the layer's type, without bias.", model.Type.ImplementsGemm(2));

        void Write(CodeWriter target, string method, string result, string summary, bool implemented)
        {
            string parameters = $"in {Names.MoeGen}.GroupedGemmArguments<{element}, {result}> arguments, {Names.MoeGen}.CudaStream stream";

            // A method with another signature is an error of ours; a declaration beside it would add the compiler's.
            if (!GemmSignature.HasOther(model.Type, method, model.Dtype))
            {
                Add(
                    method,
                    $"Yours to implement: {summary} Left out, the generated kernel runs.",
                    $"partial void {method}({parameters});");
                if (implemented)
                {
                    Add($"Implements{method}", null, $"protected override bool Implements{method} => true;");
                    Add($"Run{method}", null, $"protected override void Run{method}({parameters}) => {method}(in arguments, stream);");
                }
            }

            // The same holds where the author's half has another member of the name.
            void Add(string name, string? summary, string member)
            {
                if (!model.Type.TakenNames.Contains(name))
                {
                    string documentation = summary is null ? "/// <inheritdoc/>" : $"/// <summary>{summary}</summary>";
                    target.Write($"\n{documentation}\n{Names.GeneratedCode}\n{member}");
                }
            }
        }
    }
}
