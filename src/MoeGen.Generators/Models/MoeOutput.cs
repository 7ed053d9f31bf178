namespace MoeGen.Generators.Models;

/// <summary>How much is emitted for a class.</summary>
internal enum MoeOutput
{
    /// <summary>Nothing: a generated half cannot be added to this declaration.</summary>
    Nothing,

    /// <summary>
    /// The C# surface without kernels. The configuration is wrong; the members are there all the same, so that the error
    /// about it is the only one in the list.
    /// </summary>
    Surface,

    /// <summary>A layer for the managed backend: right, and without GPU kernels.</summary>
    Managed,

    /// <summary>CUDA text and typed launchers.</summary>
    Cuda,
}
