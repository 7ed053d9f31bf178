using MoeGen.Generators.Models;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>In C# no member is named like its type, so the class cannot have the name of a member that is generated into it.</summary>
internal static class ClassNameRule
{
    /// <summary>Checks the class's name.</summary>
    public static IEnumerable<Issue> Check(MoeDeclaration declaration)
    {
        if (GeneratedMembers.Of(declaration.Settings).Contains(declaration.Type.Name))
        {
            yield return Issue.Of(
                RuleIds.UnsupportedForm, Place.ClassName, declaration.Type.Name,
                "named like a member that MoeGen adds to it, and in C# no member has the name of its type");
        }
    }
}
