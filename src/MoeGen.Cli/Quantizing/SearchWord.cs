namespace MoeGen.Cli.Quantizing;

/// <summary>The words of --search.</summary>
internal enum SearchWord
{
    /// <summary><see cref="ScaleSearch.AbsMax"/>.</summary>
    AbsMax,

    /// <summary><see cref="ScaleSearch.Percentile"/>, at 99.9.</summary>
    Percentile,

    /// <summary><see cref="ScaleSearch.MeanSquaredError"/>.</summary>
    Mse,

    /// <summary><see cref="ScaleSearch.ErrorFeedback"/>.</summary>
    Feedback,
}
