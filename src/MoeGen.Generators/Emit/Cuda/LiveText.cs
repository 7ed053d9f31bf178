using System.Text;

namespace MoeGen.Generators.Emit.Cuda;

/// <summary>
/// A CUDA text without what no kernel of it needs: templates are written for all configurations, and of each a text shows what
/// its own uses. It reads the templates' layout, not C++: a declaration begins a line and ends one.
/// </summary>
internal static class LiveText
{
    private const string Banner = "// ---- ";

    /// <summary>The text without unused declarations, their comments, and sections of nothing else.</summary>
    public static string Of(string text)
    {
        string[] lines = text.Split('\n');
        List<(int First, int End, CudaItem Item)> items = Items(lines);
        HashSet<CudaItem> live = CudaItem.Live(items.ConvertAll(item => item.Item));
        bool[] dropped = new bool[lines.Length];
        foreach ((int first, int end, CudaItem item) in items)
        {
            for (int line = first; !live.Contains(item) && line < end; line++)
            {
                dropped[line] = true;
            }
        }

        DropEmptySections(lines, items.Where(item => live.Contains(item.Item)).Select(item => item.First).ToArray(), dropped);
        return Join(lines, dropped);
    }

    // Each with the comment right above it.
    private static List<(int First, int End, CudaItem Item)> Items(string[] lines)
    {
        List<(int First, int End, CudaItem Item)> items = [];
        int first = 0;
        for (int line = 0; line < lines.Length;)
        {
            if (IsComment(lines[line]) && !lines[line].StartsWith(Banner, StringComparison.Ordinal))
            {
                line++;
            }
            else if (lines[line].Length == 0 || lines[line][0] is '#' or '/')
            {
                first = ++line;
            }
            else
            {
                StringBuilder code = new();
                line = EndOf(lines, line, code);
                items.Add((first, line, new CudaItem(code.ToString())));
                first = line;
            }
        }

        return items;
    }

    // The line after a declaration: its brackets are closed, and its last line is no directive and ends in ';' or '}'.
    private static int EndOf(string[] lines, int line, StringBuilder code)
    {
        int depth = 0, conditions = 0;
        for (; line < lines.Length; line++)
        {
            string text = WithoutComment(lines[line]);
            if (text.StartsWith("#", StringComparison.Ordinal))
            {
                conditions += text.StartsWith("#if", StringComparison.Ordinal) ? 1 : text.StartsWith("#endif", StringComparison.Ordinal) ? -1 : 0;
                continue;
            }

            code.Append(text).Append('\n');
            foreach (char character in text)
            {
                depth += character is '{' or '(' ? 1 : character is '}' or ')' ? -1 : 0;
            }

            if (depth == 0 && conditions == 0 && text.Length > 0 && text[text.Length - 1] is ';' or '}')
            {
                return line + 1;
            }
        }

        return line;
    }

    private static void DropEmptySections(string[] lines, IReadOnlyCollection<int> liveLines, bool[] dropped)
    {
        int[] banners = Enumerable.Range(0, lines.Length).Where(line => lines[line].StartsWith(Banner, StringComparison.Ordinal)).ToArray();
        for (int i = 0; i < banners.Length; i++)
        {
            int end = i + 1 < banners.Length ? banners[i + 1] : lines.Length;
            for (int line = banners[i]; !liveLines.Any(live => live >= banners[i] && live < end) && line < end; line++)
            {
                dropped[line] = lines[line].Length > 0;
            }
        }
    }

    // No two blank lines follow each other where something between them went, and none is left at a section's end.
    private static string Join(string[] lines, bool[] dropped)
    {
        StringBuilder text = new();
        bool blank = true;
        for (int line = 0; line < lines.Length; line++)
        {
            if (!dropped[line] && !(lines[line].Length == 0 && blank))
            {
                text.Append(lines[line]).Append('\n');
                blank = lines[line].Length == 0;
            }
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static bool IsComment(string line) => line.StartsWith("//", StringComparison.Ordinal);

    // No template has "//" within a string.
    private static string WithoutComment(string line)
    {
        int comment = line.IndexOf("//", StringComparison.Ordinal);
        return (comment < 0 ? line : line.Substring(0, comment)).TrimEnd();
    }
}
