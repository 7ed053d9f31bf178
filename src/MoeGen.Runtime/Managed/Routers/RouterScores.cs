namespace MoeGen;

/// <summary>Scores of a logit: double precision inside, one rounding to fp32.</summary>
internal static class RouterScores
{
    public static float Sigmoid(float logit) => (float)(1 / (1 + Math.Exp(-(double)logit)));

    /// <summary>sqrt(log(1 + exp(z))), without overflow.</summary>
    public static float SqrtSoftplus(float logit) =>
        (float)Math.Sqrt(Math.Max((double)logit, 0) + double.LogP1(Math.Exp(-Math.Abs((double)logit))));
}
