using System.Text.RegularExpressions;

namespace MoeGen.Generators.Emit.Cuda;

/// <summary>One top-level declaration of a CUDA text.</summary>
internal sealed class CudaItem
{
    private static readonly Regex Identifiers = new(@"[A-Za-z_]\w*", RegexOptions.CultureInvariant);

    private static readonly Regex Declaration = new(
        @"^(?:template\s*<[^{;]*?>\s*(?=struct|__device__|using|constexpr))?(?:" +
        @"struct\s+(?:alignas\(\d+\)\s+)?(?<name>\w+)|using\s+(?<name>\w+)\s*=|constexpr\s[^=;{]*?(?<name>\w+)(?:\[\w*\])?\s*=|" +
        @"(?:template\s*<[^{;]*?>\s*)?__device__[^(]*?(?<name>\w+)\()",
        RegexOptions.CultureInvariant);

    /// <summary>Reads a declaration.</summary>
    /// <param name="code">Its text without comments.</param>
    public CudaItem(string code)
    {
        Match declaration = Declaration.Match(code);
        Name = declaration.Success ? declaration.Groups["name"].Value : null;
        IsAssertion = code.StartsWith("static_assert", StringComparison.Ordinal);
        Uses = new HashSet<string>(Identifiers.Matches(code).Cast<Match>().Select(match => match.Value));
    }

    /// <summary>What it declares; null for assertions, and for kernels and whatever else stays in any case.</summary>
    public string? Name { get; }

    /// <summary>Whether it only asserts something about others.</summary>
    public bool IsAssertion { get; }

    /// <summary>Every identifier in it.</summary>
    public HashSet<string> Uses { get; }

    /// <summary>The items that the kernels need, themselves included, and the assertions about no others.</summary>
    public static HashSet<CudaItem> Live(IReadOnlyList<CudaItem> items)
    {
        ILookup<string, CudaItem> byName = items.Where(item => item.Name is not null).ToLookup(item => item.Name!);
        HashSet<CudaItem> live = [];
        Stack<CudaItem> open = new(items.Where(item => item is { Name: null, IsAssertion: false }));
        while (open.Count > 0)
        {
            CudaItem item = open.Pop();
            if (live.Add(item))
            {
                foreach (CudaItem used in item.Uses.SelectMany(name => byName[name]))
                {
                    open.Push(used);
                }
            }
        }

        live.UnionWith(items.Where(item => item.IsAssertion && item.Uses.SelectMany(name => byName[name]).All(live.Contains)).ToArray());
        return live;
    }
}
