using System.Globalization;
using System.Text.RegularExpressions;

namespace MoeGen;

/// <summary>Reads what <c>ptxas -v</c> says about each kernel.</summary>
internal static partial class PtxasLog
{
    internal static IReadOnlyList<KernelResources> Parse(string log)
    {
        var kernels = new List<KernelResources>();
        string? name = null;
        int stack = 0, stores = 0, loads = 0;
        foreach (string line in log.Split('\n'))
        {
            if (EntryLine().Match(line) is { Success: true } entry)
            {
                name = entry.Groups[1].Value;
                (stack, stores, loads) = (0, 0, 0);
            }
            else if (name is not null && FrameLine().Match(line) is { Success: true } frame)
            {
                (stack, stores, loads) = (Number(frame, 1), Number(frame, 2), Number(frame, 3));
            }
            else if (name is not null && UsedLine().Match(line) is { Success: true } used)
            {
                Match shared = SharedPart().Match(line);
                kernels.Add(new KernelResources(
                    name, Number(used, 1), stores, loads, shared.Success ? Number(shared, 1) : 0, stack));
                name = null;
            }
        }

        return kernels;
    }

    // The text may come from a file, where a number can be longer than any that ptxas writes.
    private static int Number(Match match, int group) =>
        int.TryParse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : int.MaxValue;

    [GeneratedRegex("Compiling entry function '([^']+)'")]
    private static partial Regex EntryLine();

    [GeneratedRegex("([0-9]+) bytes stack frame, ([0-9]+) bytes spill stores, ([0-9]+) bytes spill loads")]
    private static partial Regex FrameLine();

    [GeneratedRegex("Used ([0-9]+) registers")]
    private static partial Regex UsedLine();

    [GeneratedRegex("([0-9]+) bytes smem")]
    private static partial Regex SharedPart();
}
