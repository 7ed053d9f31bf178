namespace MoeGen.Benchmarks;

/// <summary>One point that rivals are to time; the scripts read a list of these.</summary>
/// <param name="Model">Sizes.</param>
/// <param name="Tokens">T.</param>
/// <param name="Routing">How experts were chosen.</param>
/// <param name="Copies">Different weights that are used in turn, so that they are not in L2.</param>
/// <param name="Sets">Different inputs and routings that are replayed in turn.</param>
/// <param name="Ids">Name of the file of expert ids: int32, little-endian, [Sets, T, K].</param>
public sealed record RivalPoint(ModelShape Model, int Tokens, RoutingPattern Routing, int Copies, int Sets, string Ids);
