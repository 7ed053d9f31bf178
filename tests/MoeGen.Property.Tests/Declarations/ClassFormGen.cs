using CsCheck;

namespace MoeGen.Property.Tests;

/// <summary>Declarations of types: those that can be a layer, and any.</summary>
internal static class ClassFormGen
{
    private static readonly Gen<string> Name = Gen.OneOf(
        "Layer", "layer", "Größe", "層", "_", "@class", "@event", "MoeLayer", "Half", "BFloat16", "MoeGen", "System", "global", "T", "Launchers",
        "Descriptor", "CudaSource", "Gemm1", "Gemm2", "RunGemm1", "ImplementsGemm2", "Weights", "Context", "Forward", "var", new string('L', 300));

    private static readonly Gen<string> Namespace = Gen.OneOf("", "Samples", "Company.MoeGen", "Company.System.Half", "@namespace.@class", "MoeGen.Inner", "Größe.層");

    private static readonly Gen<string> Attribute = Gen.OneOf("MoeConfig", "MoeConfigAttribute", "global::MoeGen.MoeConfig", "global::MoeGen.MoeConfigAttribute");

    /// <summary>Forms that can be a layer.</summary>
    public static Gen<ClassForm> Valid { get; } =
        from containers in Containers(strict: true)
        from form in Form(Modifiers(containers.Length > 0), Gen.OneOf("", "global::System.ICloneable"))
        select Distinct(form with { Containers = containers });

    /// <summary>Forms of which most are wrong in one way or another.</summary>
    public static Gen<ClassForm> Any { get; } =
        from containers in Containers(strict: false)
        from form in Form(
            Gen.Frequency((4, Modifiers(containers.Length > 0)), (1, Gen.OneOf("static", "file", "public unsafe", "readonly"))),
            Gen.OneOf("", "global::System.ICloneable", "global::System.Exception", "global::System.Collections.Generic.List<int>", "DoesNotExist"))
        from keyword in Gen.Frequency((6, "class"), (1, "record"), (1, "record class"), (1, "struct"), (1, "record struct"), (1, "interface"))
        from flags in Gen.Int[0, 63]
        select Distinct(form with
        {
            Containers = containers,
            Keyword = keyword,
            IsPartial = flags % 4 != 1,
            IsGeneric = flags % 8 == 2,
            HasPrimaryConstructor = flags / 8 % 4 == 1,
            OwnGemms = flags / 32,
        });

    // A member may not be named like its type; a type beside the namespaces of run time and framework hides them.
    private static ClassForm Distinct(ClassForm form) => form with
    {
        Containers = [.. form.Containers.Select((container, depth) => container with { Name = container.Name + (depth == 0 ? "" : depth) })],
        Name = form.Name + (form.Containers.Any(container => container.Name == form.Name) ? "Inner" : ""),
        Namespace = form.Namespace.Length > 0 || !form.Containers.Select(container => container.Name).Append(form.Name).Any(Hides) ? form.Namespace : "Samples",
    };

    private static bool Hides(string name) => name is "MoeGen" or "System";

    private static Gen<string> Modifiers(bool nested) => nested
        ? Gen.OneOf("public", "internal", "private", "public sealed", "public abstract", "internal sealed")
        : Gen.OneOf("public", "internal", "public sealed", "public abstract");

    private static Gen<ClassForm> Form(Gen<string> modifiers, Gen<string> bases) => Gen.Select(
        Name, Namespace, Gen.Bool, Attribute, modifiers, bases, Gen.Bool,
        (name, space, fileScoped, attribute, modifier, baseType, second) => new ClassForm
        {
            Name = name, Namespace = space, IsFileScoped = fileScoped, Attribute = attribute, Modifiers = modifier, Base = baseType, HasSecondPart = second,
        });

    private static Gen<ContainerForm[]> Containers(bool strict)
    {
        Gen<string> keyword = Gen.OneOf("class", "struct", "record", "record struct", "interface");
        Gen<string> name = Gen.OneOf("Outer", "@struct", "Launchers", "Descriptor", "MoeGen", "System");
        Gen<ContainerForm> container = Gen.Select(keyword, name, Gen.Int[0, 9], Gen.Int[0, 9], (kind, named, partial, other) => new ContainerForm(
            other == 1 && kind == "class" ? "static" : other == 2 && kind == "struct" ? "readonly" : other == 3 && !strict ? "file" : "public",
            strict || partial != 1,
            kind,
            named,
            other == 4 && !strict));
        return Gen.Frequency((3, Gen.Const(Array.Empty<ContainerForm>())), (1, container.Array[1, 3]));
    }
}
