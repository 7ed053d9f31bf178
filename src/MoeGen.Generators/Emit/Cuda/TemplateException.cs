namespace MoeGen.Generators.Emit.Cuda;

/// <summary>The templates do not fit together; a defect of MoeGen, never of a configuration.</summary>
/// <param name="message">Which template, and what is wrong with it.</param>
internal sealed class TemplateException(string message) : Exception(message);
