namespace MoeGen;

/// <summary>
/// The row order of an expert's fc1 weights. Required wherever weights enter, never guessed: exchanging gate and up gives
/// plausible numbers and a broken model.
/// </summary>
public enum Fc1Layout
{
    /// <summary>Not stated; refused.</summary>
    None = 0,

    /// <summary>Plain activations only: [E, I, H].</summary>
    Plain = 1,

    /// <summary>[E, 2I, H]: rows 0..I-1 are gate (w1), rows I..2I-1 are up (w3). Hugging Face, vLLM.</summary>
    GateUp = 2,

    /// <summary>[E, 2I, H]: rows 0..I-1 are up (w3), rows I..2I-1 are gate (w1). FlashInfer, TensorRT-LLM.</summary>
    UpGate = 3,

    /// <summary>[E, 2I, H]: row 2j is gate j, row 2j+1 is up j. gpt-oss.</summary>
    Interleaved = 4,
}
