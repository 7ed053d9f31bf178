namespace MoeGen.Benchmarks;

/// <summary>The stages of a layer, in the order in which they run.</summary>
public enum Stage
{
    /// <summary>Expert choice and counting sort; tokens to codes.</summary>
    Route,

    /// <summary>Gathered rows x fc1 and activation.</summary>
    Gemm1,

    /// <summary>Activated rows x fc2; these rows to codes before.</summary>
    Gemm2,

    /// <summary>Reduction over K.</summary>
    Finalize,
}
