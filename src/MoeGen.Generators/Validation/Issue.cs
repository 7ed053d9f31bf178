using MoeGen.Generators.Helpers;

namespace MoeGen.Generators.Validation;

/// <summary>One thing that is wrong with a declaration.</summary>
/// <param name="Id">One of <see cref="RuleIds"/>.</param>
/// <param name="Place">What to point at: an argument's name, or a constant of <see cref="Models.Place"/>.</param>
/// <param name="Arguments">Arguments of the rule's message.</param>
internal sealed record Issue(string Id, string Place, EquatableArray<string> Arguments)
{
    /// <summary>An issue with these message arguments.</summary>
    public static Issue Of(string id, string place, params string[] arguments) => new(id, place, new EquatableArray<string>(arguments));
}
