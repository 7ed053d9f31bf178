using CsCheck;

namespace MoeGen.Property.Tests;

/// <summary>Random layers with random calls each: a failure is made smaller first in the call, then in the declaration.</summary>
internal static class LayerCases
{
    /// <summary>Loads each layer once for all of its calls.</summary>
    /// <param name="declarations">The layers.</param>
    /// <param name="count">How many of them.</param>
    /// <param name="calls">How many calls of each.</param>
    /// <param name="mostTokens">Largest T.</param>
    /// <param name="check">Throws where a call of a layer goes wrong.</param>
    /// <param name="replay">The method of <see cref="Replay"/> that does the same.</param>
    /// <param name="shrinkSeconds">How long smaller calls are looked for; declarations take twice that.</param>
    public static void Check(
        Gen<Declaration> declarations, int count, int calls, int mostTokens, Action<LoadedLayer, LayerCall> check, string replay, int shrinkSeconds = 10) =>
        Cases.Check(
            declarations,
            count,
            declaration =>
            {
                string source = declaration.ToString();
                using var layer = new LoadedLayer(source);
                Cases.Check(
                    LayerCallGen.For(declaration, mostTokens),
                    calls,
                    call => check(layer, call),
                    call => PastedTest.Write(replay, source, call.Code),
                    shrinkSeconds);
            },
            declaration => $"// {string.Join(", ", declaration.Arguments)}",
            2 * shrinkSeconds);
}
