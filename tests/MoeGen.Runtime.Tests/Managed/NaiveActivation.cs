namespace MoeGen.Tests;

/// <summary>The activations, spelled out in double precision from their definitions.</summary>
internal static class NaiveActivation
{
    public static double Apply(Activation activation, double gate, double up, double alpha, double beta, double limit) => activation switch
    {
        Activation.Swiglu => gate * Sigmoid(gate) * up,
        Activation.Silu => gate * Sigmoid(gate),
        Activation.Gelu => Gelu(gate),
        Activation.Relu => gate > 0 ? gate : 0,
        Activation.Geglu => Gelu(gate) * up,
        Activation.GegluTanh => GeluTanh(gate) * up,
        Activation.SwigluOai => SwigluOai(gate, up, alpha, beta, limit),
        Activation.SwigluStep => (gate * Sigmoid(gate) > limit ? limit : gate * Sigmoid(gate)) * Clamp(up, limit),
        Activation.GeluTanh => GeluTanh(gate),
        Activation.Relu2 => gate > 0 ? gate * gate : 0,
        Activation.Identity => gate,
        _ => throw new InvalidOperationException($"no reference for {activation}"),
    };

    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double SwigluOai(double gate, double up, double alpha, double beta, double limit)
    {
        double g = gate > limit ? limit : gate;
        return g * Sigmoid(alpha * g) * (Clamp(up, limit) + beta);
    }

    private static double Clamp(double up, double limit) => up > limit ? limit : up < -limit ? -limit : up;

    private static double Gelu(double x) => 0.5 * x * (1 + Erf(x / Math.Sqrt(2)));

    private static double GeluTanh(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * Math.Pow(x, 3)))));

    // 2/sqrt(pi) exp(-x^2) sum of 2^n x^(2n+1) / (2n+1)!!: all terms of one sign.
    private static double Erf(double x)
    {
        double term = x;
        double sum = x;
        for (int n = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum); n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}
