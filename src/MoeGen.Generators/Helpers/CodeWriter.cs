using System.Text;

namespace MoeGen.Generators.Helpers;

/// <summary>Text with indentation, braces and LF line endings, whatever the operating system.</summary>
internal sealed class CodeWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    /// <summary>Writes one or several lines at the current indentation; empty lines stay empty.</summary>
    public CodeWriter Write(string lines = "")
    {
        foreach (string line in lines.Replace("\r\n", "\n").Split('\n'))
        {
            if (line.Length > 0)
            {
                _text.Append(' ', _depth * 4).Append(line);
            }

            _text.Append('\n');
        }

        return this;
    }

    /// <summary>Writes text as it is, whatever the indentation.</summary>
    public CodeWriter WriteVerbatim(string text)
    {
        _text.Append(text);
        return this;
    }

    /// <summary>Writes a head and an opening brace, and indents.</summary>
    public CodeWriter Open(string head)
    {
        Write(head).Write("{");
        _depth++;
        return this;
    }

    /// <summary>Ends the innermost block.</summary>
    public CodeWriter Close(string end = "}")
    {
        _depth--;
        return Write(end);
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
