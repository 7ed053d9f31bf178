namespace MoeGen.Generators.Models;

/// <summary>Forms of a declaration that decide whether a generated half can be added to it.</summary>
[Flags]
internal enum ClassForm
{
    /// <summary>A plain class.</summary>
    Plain = 0,

    /// <summary>Declared partial.</summary>
    Partial = 1,

    /// <summary>Declared static.</summary>
    Static = 2,

    /// <summary>Has type parameters, or a containing type has.</summary>
    Generic = 4,

    /// <summary>A record class.</summary>
    Record = 8,

    /// <summary>A struct or a record struct.</summary>
    Struct = 16,

    /// <summary>Visible in its own file only, or inside a type that is.</summary>
    FileLocal = 32,

    /// <summary>Has a primary constructor.</summary>
    PrimaryConstructor = 64,

    /// <summary>An interface.</summary>
    Interface = 128,
}
