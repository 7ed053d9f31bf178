namespace MoeGen.Generators;

/// <summary>Names of the tracked steps of <see cref="MoeGenerator"/>.</summary>
internal static class StepNames
{
    /// <summary>Symbol to <see cref="Models.MoeDeclaration"/>.</summary>
    public const string Parse = nameof(Parse);

    /// <summary>Declaration to <see cref="Models.MoeModel"/>.</summary>
    public const string Plan = nameof(Plan);

    /// <summary>Model to <see cref="Models.GeneratedFiles"/>.</summary>
    public const string Emit = nameof(Emit);
}
