namespace MoeGen.Cli.Blocks;

/// <summary>What a block gave for an input.</summary>
/// <param name="Output">[T, H], widened exactly from the layer's element type.</param>
/// <param name="Ids">[T, K], the routed experts of each token, as the backend chose them.</param>
/// <param name="Device">What ran it.</param>
/// <param name="LoadSeconds">Loading of weights, and on a GPU compiling of kernels.</param>
/// <param name="Reference">The same in double precision on the managed backend, from the weights in the layer's element type, rounded at these points.</param>
internal sealed record BlockResult(float[] Output, int[] Ids, string Device, double LoadSeconds, Func<RoundingPoints, double[]> Reference);
