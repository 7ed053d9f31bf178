namespace MoeGen.Property.Tests;

/// <summary>A source with one annotated type.</summary>
public sealed record Declaration(IReadOnlyList<Argument> Arguments, ClassForm Class)
{
    /// <summary>Whether the compiler takes every argument, so that the rules judge them.</summary>
    public bool IsReadable => Arguments.All(argument => argument.Compiles);

    /// <summary>The value of an argument; null where it is left out.</summary>
    public object? Find(string name) => Arguments.FirstOrDefault(argument => argument.Name == name)?.Value;

    /// <summary>The value of an enum or a number; null where it is left out.</summary>
    public int? Int(string name) => Find(name) as int?;

    /// <summary>The activation, or the one that stands in for it.</summary>
    public Activation Activation => (Activation)(Int(nameof(Activation)) ?? 0);

    /// <summary>The routing method, or the one that stands in for it.</summary>
    public RoutingMethod Routing => (RoutingMethod)(Int(nameof(Routing)) ?? 0);

    /// <summary>Who multiplies, where stated.</summary>
    public Gemm? Gemm => (Gemm?)Int(nameof(Gemm));

    /// <summary>The element type, where stated.</summary>
    public Dtype? Dtype => (Dtype?)Int(nameof(Dtype));

    /// <summary>The C# type of an element; BF16's where the element type is wrong.</summary>
    public string Element => Dtype switch { MoeGen.Dtype.FP16 => "global::System.Half", MoeGen.Dtype.FP32 => "float", _ => "global::MoeGen.BFloat16" };

    /// <inheritdoc/>
    public override string ToString() => Class.Write(string.Join(", ", Arguments), Element);
}
