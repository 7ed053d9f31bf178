namespace MoeGen.Generators.Emit.Cuda;

/// <summary>Paths of templates, relative to the templates' root, with forward slashes.</summary>
internal static class TemplatePath
{
    /// <summary>The path that an include directive in the template at <paramref name="from"/> names.</summary>
    public static string Resolve(string from, string directive)
    {
        // Only "path" is a template; <path> would be a header of the toolkit, which NVRTC does not have.
        string[] quoted = directive.Split('"');
        if (quoted.Length != 3)
        {
            throw new TemplateException($"'{directive}' in template '{from}' is not an include of another template.");
        }

        List<string> parts = from.Split('/').ToList();
        parts.RemoveAt(parts.Count - 1);
        foreach (string part in quoted[1].Split('/'))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part == "..")
            {
                throw new TemplateException($"'{directive}' in template '{from}' leaves the templates' root.");
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join("/", parts);
    }
}
