using MoeGen.Generators.Helpers;
using MoeGen.Generators.Models;

namespace MoeGen.Generators.Emit.CSharp;

/// <summary>The constructors: one for each place where weights can be.</summary>
internal static class ConstructorsText
{
    /// <summary>Writes them.</summary>
    public static void Write(CodeWriter writer, MoeModel model)
    {
        string name = model.Type.Name;
        string element = Names.Element(model.Dtype);
        string format = model.Weights.IsQuantized ? "Quantized" : "";
        if (model.Output != MoeOutput.Managed)
        {
            writer.Write(
                $$"""
                /// <summary>A layer on a GPU, with weights that are copied there.</summary>
                /// <param name="context">The GPU.</param>
                /// <param name="weights">The experts' weights in host memory; read during the call only.</param>
                /// <param name="options">Choices of the run time; the defaults where null.</param>
                {{Names.GeneratedCode}}
                public {{name}}({{Names.MoeGen}}.CudaContext context, {{Names.MoeGen}}.{{format}}MoeWeights<{{element}}> weights, {{Names.MoeGen}}.MoeCudaOptions? options = null)
                    : base(context, weights, options)
                {
                }

                /// <summary>A layer on a GPU, with weights that are there already.</summary>
                /// <param name="context">The GPU.</param>
                /// <param name="weights">The experts' weights in device memory; they stay the caller's.</param>
                /// <param name="options">Choices of the run time; the defaults where null.</param>
                {{Names.GeneratedCode}}
                public {{name}}({{Names.MoeGen}}.CudaContext context, {{Names.MoeGen}}.Device{{format}}MoeWeights<{{element}}> weights, {{Names.MoeGen}}.MoeCudaOptions? options = null)
                    : base(context, weights, options)
                {
                }

                """);
        }

        writer.Write(
            $$"""
            /// <summary>A layer in C# on the processor.</summary>
            /// <param name="backend">The managed backend.</param>
            /// <param name="weights">The experts' weights in host memory; the layer reads them in each call.</param>
            {{Names.GeneratedCode}}
            public {{name}}({{Names.MoeGen}}.ManagedBackend backend, {{Names.MoeGen}}.{{format}}MoeWeights<{{element}}> weights)
                : base(backend, weights)
            {
            }

            """);
    }
}
