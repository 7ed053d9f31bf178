using MoeGen.Generators.Models;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>The declaration must be one that a generated half, with a base class and constructors, can be added to.</summary>
internal static class ClassRule
{
    private static readonly (ClassForm Form, string Found)[] Unsupported =
    [
        (ClassForm.Struct, "a struct; a layer derives from MoeLayer and a struct has no base class"),
        (ClassForm.Interface, "an interface; a layer derives from MoeLayer and an interface has no base class"),
        (ClassForm.Record, "a record; a layer derives from MoeLayer and a record derives from records only"),
        (ClassForm.Static, "static; a layer is an object that owns its weights on the device"),
        (ClassForm.Generic, "generic or inside a generic type; its kernels are made once, before type arguments are known"),
        (ClassForm.FileLocal, "file-local or inside a file-local type; the generated half is in another file and cannot see it"),
        (ClassForm.PrimaryConstructor, "declared with a primary constructor; the generated constructors take context and weights and cannot call it"),
    ];

    /// <summary>Checks the declaration's form.</summary>
    public static IEnumerable<Issue> Check(TypeModel type)
    {
        foreach ((ClassForm form, string found) in Unsupported)
        {
            if ((type.Form & form) != 0)
            {
                yield return Issue.Of(RuleIds.UnsupportedForm, Place.ClassName, type.Name, found);
            }
        }

        if ((type.Form & ClassForm.Partial) == 0)
        {
            yield return Issue.Of(RuleIds.NotPartial, Place.ClassName, type.Name);
        }

        foreach (ContainerModel container in type.Containers.Where(container => !container.IsPartial))
        {
            yield return Issue.Of(RuleIds.ContainerNotPartial, Place.ClassName, type.Name, container.Name);
        }

        if (type.BaseClass is { } baseClass)
        {
            yield return Issue.Of(RuleIds.BaseClassTaken, Place.BaseClass, type.Name, baseClass);
        }
    }
}
