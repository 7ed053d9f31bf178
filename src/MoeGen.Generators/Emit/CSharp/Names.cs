using MoeGen.Generators.Models;

namespace MoeGen.Generators.Emit.CSharp;

/// <summary>Fully qualified names that generated code uses, so that nothing in the user's namespaces can shadow them.</summary>
internal static class Names
{
    /// <summary>Namespace of the run time.</summary>
    public const string MoeGen = "global::MoeGen";

    private static readonly string Version = typeof(Names).Assembly.GetName().Version.ToString(3);

    /// <summary>The attribute on generated members.</summary>
    public static string GeneratedCode => $"[global::System.CodeDom.Compiler.GeneratedCodeAttribute(\"MoeGen\", \"{Version}\")]";

    /// <summary>The C# type of an element.</summary>
    public static string Element(Dtype dtype) => dtype switch
    {
        Dtype.BF16 => $"{MoeGen}.BFloat16",
        Dtype.FP16 => "global::System.Half",
        Dtype.FP32 => "float",
        _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "No C# type for this element type."),
    };

    /// <summary>The descriptor interface of a class.</summary>
    public static string Descriptor(MoeModel model) => $"{MoeGen}.IMoeDescriptor<{model.Type.GlobalName}, {Element(model.Dtype)}>";
}
