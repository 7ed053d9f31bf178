namespace MoeGen.Property.Tests;

/// <summary>A property does not hold; the message has the seed and a test of the smallest case found.</summary>
public sealed class PropertyException(string message, Exception failure) : Exception(message, failure);
