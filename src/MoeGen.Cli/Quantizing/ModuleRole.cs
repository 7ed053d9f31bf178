namespace MoeGen.Cli.Quantizing;

/// <summary>What a matrix is in its expert.</summary>
internal enum ModuleRole
{
    /// <summary>Gate rows.</summary>
    Gate,

    /// <summary>Up rows.</summary>
    Up,

    /// <summary>Both, in the order of fc1's rows.</summary>
    GateUp,

    /// <summary>fc2.</summary>
    Down,
}
