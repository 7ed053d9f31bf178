using System.Reflection;
using System.Text;

namespace MoeGen.Generators.Emit.Cuda;

/// <summary>The files of <c>templates/</c>, embedded in this assembly under their paths.</summary>
internal static class EmbeddedTemplates
{
    private static readonly Assembly Owner = typeof(EmbeddedTemplates).Assembly;

    // A build on Windows names resources with backslashes.
    private static readonly Dictionary<string, string> ResourceNames = Owner.GetManifestResourceNames()
        .ToDictionary(name => name.Replace('\\', '/'), StringComparer.Ordinal);

    /// <summary>The paths of all templates.</summary>
    public static IReadOnlyCollection<string> Paths => ResourceNames.Keys;

    /// <summary>The text of the template at <paramref name="path"/>; null where there is none.</summary>
    public static string? Read(string path)
    {
        if (!ResourceNames.TryGetValue(path, out string? name))
        {
            return null;
        }

        using StreamReader reader = new(Owner.GetManifestResourceStream(name)!, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
