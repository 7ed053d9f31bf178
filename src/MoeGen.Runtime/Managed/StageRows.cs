namespace MoeGen;

/// <summary>What lies between the stages of one chunk of tokens. The arrays may be longer than their rows.</summary>
/// <param name="Route">The rows of each expert.</param>
/// <param name="TokenScales">Scale of each token's codes; <see langword="null"/> where tokens are not quantised.</param>
/// <param name="Activated">[rows, I] in sorted order; codes where <paramref name="RowScales"/> are given.</param>
/// <param name="RowScales">Scale of each activated row's codes, in sorted order; <see langword="null"/> where they are not quantised.</param>
/// <param name="ExpertOutput">[T * K, H] in slot order; rows of dropped slots are undefined.</param>
internal sealed record StageRows<TAcc>(RoutePlan Route, float[]? TokenScales, TAcc[] Activated, float[]? RowScales, TAcc[] ExpertOutput);
