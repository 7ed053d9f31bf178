using MoeGen.Generators.Helpers;

namespace MoeGen.Generators.Validation;

/// <summary>One thing that is to be said about a declaration.</summary>
/// <param name="Id">One of <see cref="RuleIds"/>.</param>
/// <param name="Place">What to point at: an argument's or a member's name, or a constant of <see cref="Models.Place"/>.</param>
/// <param name="Arguments">Arguments of the rule's message.</param>
/// <param name="Suggestion">What would put it right; null where only the author can know.</param>
internal sealed record Issue(string Id, string Place, EquatableArray<string> Arguments, Suggestion? Suggestion = null)
{
    /// <summary>An issue with these message arguments.</summary>
    public static Issue Of(string id, string place, params string[] arguments) => new(id, place, new EquatableArray<string>(arguments));
}
