namespace MoeGen.Benchmarks;

/// <summary>Milliseconds from a class to a first call that has run.</summary>
/// <param name="Layer">ladder or pinned.</param>
/// <param name="Cold">With an empty cache.</param>
/// <param name="Cached">With the kernels in the cache.</param>
public sealed record CompileTime(string Layer, double Cold, double Cached);
