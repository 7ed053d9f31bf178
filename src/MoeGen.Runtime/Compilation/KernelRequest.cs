namespace MoeGen;

/// <summary>What the cache is asked for.</summary>
/// <param name="Key">Of text, options, compiler version and architecture: the entry's name.</param>
/// <param name="Name">The name the caller gives the text; no part of the key.</param>
/// <param name="Target">Architecture and options.</param>
/// <param name="Compiler">Version of the compiler.</param>
internal sealed record KernelRequest(string Key, string Name, CompilationTarget Target, Version Compiler)
{
    internal static KernelRequest Create(ReadOnlySpan<byte> source, string name, CompilationTarget target, Version compiler) =>
        new(CacheKey.Compute(source, target, compiler), name, target, compiler);

    /// <summary>The entry's file name.</summary>
    internal string FileName => Key + (Target.Kind == KernelImageKind.Cubin ? ".cubin" : ".ptx");
}
