using MoeGen.Generators.Helpers;
using MoeGen.Generators.Models;

namespace MoeGen.Generators.Emit;

/// <summary>How the names of a class's files begin.</summary>
internal static class HintName
{
    // File systems allow 255 bytes a name; the ends of the names come on top, and a letter can take three bytes in UTF-8.
    private const int MaxLength = 72;

    /// <summary>The class's full name, of long ones the end, and a hash.</summary>
    public static string Of(TypeModel type)
    {
        // The hash keeps apart what compilers or file systems would take for one: names that differ in case only, long names with
        // the same end, and, while an author is typing, a namespace and a class, or a class and a struct, of one name.
        string identity = $"{type.Namespace}|{string.Concat(type.Containers.Select(container => $"{container.Keywords} {container.Name}."))}{type.Name}";
        string name = type.FullName.Length <= MaxLength ? type.FullName : type.FullName.Substring(type.FullName.Length - MaxLength).TrimStart('.');
        return $"{name}.{StableHash.Of(identity)}";
    }
}
