namespace MoeGen;

/// <summary>How the scale of a group of weights (Int8PerChannel: of a row) is chosen.</summary>
public enum ScaleSearch
{
    /// <summary>The largest magnitude maps to the largest code: nothing is cut off.</summary>
    AbsMax = 0,

    /// <summary>The magnitude at <see cref="QuantizationOptions.Percentile"/> maps to the largest code: what is beyond is cut off.</summary>
    Percentile = 1,

    /// <summary>
    /// The smallest squared error among 45 ranges from 19/16 of the whole one to half of it, each step 1/64, then refined by least squares;
    /// each column's error is weighted by its activations' mean square where that is known. Int4 without zero points: scales of either sign, so that the
    /// largest magnitude may take the code -8 whichever its own sign. MXFP4: among three powers of two.
    /// </summary>
    MeanSquaredError = 2,

    /// <summary>
    /// As <see cref="MeanSquaredError"/>, and each column's rounding makes good what those before it have done to the outputs, as far as the samples'
    /// columns go together (error feedback along the columns, as GPTQ does). Int4Group and Mxfp4, by <see cref="MoeQuantizer"/> from a <see cref="MoeCalibrator{T}"/>.
    /// </summary>
    ErrorFeedback = 3,
}
