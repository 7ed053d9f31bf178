using System.Text;

namespace MoeGen.Generators.Emit.Cuda;

/// <summary>
/// Inlines templates that include each other: each once, after everything it includes, under a banner with its path. The
/// result has no <c>#include</c>, so that NVRTC needs no file beside it.
/// </summary>
/// <param name="read">Text of the template at a path relative to the templates' root; null where there is none.</param>
internal sealed class TemplateComposer(Func<string, string?> read)
{
    private readonly StringBuilder _text = new();
    private readonly HashSet<string> _done = [];
    private readonly List<string> _open = [];

    /// <summary>Appends the template at <paramref name="path"/>, unless it is there already.</summary>
    /// <param name="path">Relative to the templates' root.</param>
    /// <param name="wrap">What becomes of its own lines, not of those it includes; null leaves them as they are.</param>
    public TemplateComposer Include(string path, Func<string, string>? wrap = null)
    {
        Include(path, includedBy: null, wrap);
        return this;
    }

    /// <summary>Appends text as it is.</summary>
    public TemplateComposer Append(string text)
    {
        _text.Append(text);
        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private void Include(string path, string? includedBy, Func<string, string>? wrap = null)
    {
        if (_done.Contains(path))
        {
            return;
        }

        if (_open.Contains(path))
        {
            throw new TemplateException($"Templates include each other in a circle: {string.Join(" -> ", _open)} -> {path}.");
        }

        string text = read(path)
            ?? throw new TemplateException($"There is no template '{path}', which {includedBy ?? "the generator"} includes.");
        _open.Add(path);
        List<string> body = Body(path, text);
        _open.RemoveAt(_open.Count - 1);
        _done.Add(path);

        // A file of includes only, such as the generated configuration, has nothing to show.
        if (body.Count > 0)
        {
            string heading = Heading(body), lines = string.Join("\n", body);
            _text.Append("\n// ---- ").Append(path).Append(" ----").Append(heading).Append(wrap is null ? lines : wrap(lines)).Append('\n');
        }
    }

    /// <summary>What ends the banner's line: a template that begins by saying what it is says so there.</summary>
    private static string Heading(List<string> body)
    {
        const string Comment = "//";
        if (!body[0].StartsWith(Comment, StringComparison.Ordinal))
        {
            return "\n";
        }

        string heading = body[0].Substring(Comment.Length);
        body.RemoveAt(0);

        // The banner sets itself apart: no blank line follows a heading, of however many lines.
        int end = body.FindIndex(line => !line.StartsWith(Comment, StringComparison.Ordinal));
        if (end >= 0 && body[end].Length == 0)
        {
            body.RemoveAt(end);
        }

        return heading + (body.Count > 0 ? "\n" : "");
    }

    /// <summary>The lines of a template without its directives; what it includes is appended on the way.</summary>
    private List<string> Body(string path, string text)
    {
        List<string> body = [];
        foreach (string line in text.Replace("\r\n", "\n").Split('\n'))
        {
            string trimmed = line.Trim();
            if (trimmed.StartsWith("#include", StringComparison.Ordinal))
            {
                Include(TemplatePath.Resolve(path, trimmed), path);
            }
            else if (trimmed != "#pragma once" && !(trimmed.Length == 0 && EndsBlank(body)))
            {
                body.Add(line.TrimEnd());
            }
        }

        if (EndsBlank(body) && body.Count > 0)
        {
            body.RemoveAt(body.Count - 1);
        }

        return body;

        // The start of a body counts too: no blank line leads it, and nowhere are there two.
        static bool EndsBlank(List<string> lines) => lines.Count == 0 || lines[lines.Count - 1].Length == 0;
    }
}
