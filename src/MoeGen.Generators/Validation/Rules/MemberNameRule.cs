using MoeGen.Generators.Models;

namespace MoeGen.Generators.Validation.Rules;

/// <summary>The members of the author's half cannot have the names of those that are generated into the class.</summary>
internal static class MemberNameRule
{
    /// <summary>Checks the names of the author's members.</summary>
    public static IEnumerable<Issue> Check(MoeDeclaration declaration) =>
        from name in GeneratedMembers.Of(declaration.Settings)
        where declaration.Type.TakenNames.Contains(name)
        select Issue.Of(RuleIds.MemberNameTaken, name, declaration.Type.Name, name);
}
