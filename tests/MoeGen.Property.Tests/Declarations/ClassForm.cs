using System.Text;

namespace MoeGen.Property.Tests;

/// <summary>How the annotated type is declared.</summary>
public sealed record ClassForm
{
    /// <summary>Its namespace; empty for the global one.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Whether the namespace has a semicolon rather than braces.</summary>
    public bool IsFileScoped { get; init; }

    /// <summary>Types around it, outermost first.</summary>
    public IReadOnlyList<ContainerForm> Containers { get; init; } = [];

    /// <summary>The attribute's name.</summary>
    public string Attribute { get; init; } = "MoeConfig";

    /// <summary>What stands before <c>partial</c>.</summary>
    public string Modifiers { get; init; } = "public";

    /// <summary>Whether it is partial.</summary>
    public bool IsPartial { get; init; } = true;

    /// <summary>What it is.</summary>
    public string Keyword { get; init; } = "class";

    /// <summary>Its name.</summary>
    public string Name { get; init; } = "Layer";

    /// <summary>Whether it has a type parameter.</summary>
    public bool IsGeneric { get; init; }

    /// <summary>Whether it has a primary constructor.</summary>
    public bool HasPrimaryConstructor { get; init; }

    /// <summary>What it derives from; empty for nothing.</summary>
    public string Base { get; init; } = "";

    /// <summary>Whether the base stands in a second part.</summary>
    public bool HasSecondPart { get; init; }

    /// <summary>Which GEMMs it implements: bit 0 the first, bit 1 the second.</summary>
    public int OwnGemms { get; init; }

    /// <summary>The source.</summary>
    public string Write(string arguments, string element)
    {
        var text = new StringBuilder("using MoeGen;\n#pragma warning disable CS1591\n");
        bool braces = Namespace.Length > 0 && !IsFileScoped;
        text.Append(Namespace.Length == 0 ? "" : $"namespace {Namespace}{(braces ? "\n{" : ";")}\n");
        text.AppendJoin("", Containers.Select(container => container.Head + "\n{\n"));
        text.Append($"[{Attribute}({arguments})]\n{Modifiers} {(IsPartial ? "partial " : "")}{Keyword} {Name}");
        text.Append(IsGeneric ? "<TOwn>" : "").Append(HasPrimaryConstructor ? "(int value)" : "");
        text.Append(HasSecondPart ? "" : BaseText).Append("\n{\n");
        Gemm(1, "float");
        Gemm(2, element);
        text.Append(HasPrimaryConstructor ? "    public int OwnValue => value;\n" : "");
        text.Append(HasSecondPart ? $"}}\npartial {Keyword} {Name}{(IsGeneric ? "<TOwn>" : "")}{BaseText}\n{{\n" : "");
        text.Append(Base == "global::System.ICloneable" ? "    object global::System.ICloneable.Clone() => this;\n" : "");
        text.Append("}\n").AppendJoin("", Containers.Select(_ => "}\n"));
        return text.Append(braces ? "}\n" : "").ToString();

        void Gemm(int number, string result) => text.Append(((OwnGemms >> (number - 1)) & 1) == 0 ? ""
            : $"    partial void Gemm{number}(in global::MoeGen.GroupedGemmArguments<{element}, {result}> arguments, global::MoeGen.CudaStream stream) {{ }}\n");
    }

    private string BaseText => Base.Length == 0 ? "" : " : " + Base;
}
