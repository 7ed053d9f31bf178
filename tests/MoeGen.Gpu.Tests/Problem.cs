namespace MoeGen.Gpu.Tests;

/// <summary>How the ids of a problem are drawn.</summary>
public enum IdPattern
{
    /// <summary>Distinct experts of each token, uniform.</summary>
    Distinct,

    /// <summary>Any expert at each place, so that one may occur twice in a token.</summary>
    Repeating,

    /// <summary>All tokens on the last expert.</summary>
    OneExpert,

    /// <summary>As <see cref="Repeating"/>, a third of the ids invalid (-1, E, large), and whole tokens invalid.</summary>
    Invalid,
}

/// <summary>Sizes and seed of a random layer.</summary>
public sealed record Problem(int T, int E, int K, int H, int I, Fc1Layout Layout, IdPattern Ids = IdPattern.Distinct, int Seed = 1)
{
    public MoeShape Shape => new(E, H, I);
}

/// <summary>Random weights and inputs of a problem, scaled so that outputs are O(1).</summary>
internal sealed class Data<T>
    where T : unmanaged
{
    public Data(Problem problem)
    {
        var random = new Random(problem.Seed);
        Problem = problem;
        int rows = problem.Layout == Fc1Layout.Plain ? problem.I : 2 * problem.I;
        Weights = new MoeWeights<T>(
            problem.Shape,
            problem.Layout,
            Normal(random, problem.E * rows * problem.H, 1 / Math.Sqrt(problem.H)),
            Normal(random, problem.E * problem.H * problem.I, 2 / Math.Sqrt(problem.I)));
        Input = Normal(random, problem.T * problem.H, 1);
        var routing = new Routing(problem.T, problem.E, problem.K, problem.Ids, problem.Seed);
        Ids = routing.Ids;
        Scales = routing.Scales;
    }

    public Problem Problem { get; }

    /// <summary>The weights alone, of the experts of <see cref="Placement"/>.</summary>
    public MoeWeights<T> Weights { get; private set; }

    /// <summary>Which of all devices' experts the weights are.</summary>
    public LocalExperts? Placement
    {
        init => Weights = new MoeWeights<T>(Weights.Shape, Weights.Fc1Layout, Weights.Fc1ExpertWeights, Weights.Fc2ExpertWeights) { LocalExperts = value };
    }

    public T[] Input { get; }

    public int[] Ids { get; }

    public float[] Scales { get; }

    /// <summary>The weights with biases and, where the activation has them, constants of each expert.</summary>
    public MoeWeights<T> WithOptions(Activation activation, bool biases, bool constants, bool fc2Bias = true)
    {
        var random = new Random(Problem.Seed + 100);
        int rows = Problem.Shape.Fc1Rows(activation.IsGated());
        float[] Each(float low, float high) => [.. Enumerable.Range(0, Problem.E).Select(_ => low + ((high - low) * random.NextSingle()))];
        T[] fc1Biases = Normal(random, Problem.E * rows, 0.5);
        T[] fc2Biases = Normal(random, Problem.E * Problem.H, 0.5);
        return new MoeWeights<T>(Problem.Shape, Problem.Layout, Weights.Fc1ExpertWeights, Weights.Fc2ExpertWeights)
        {
            Fc1ExpertBiases = biases ? fc1Biases : default,
            Fc2ExpertBiases = biases && fc2Bias ? fc2Biases : default,
            SwigluAlpha = constants && activation.HasAlphaAndBeta() ? Each(1, 2) : default,
            SwigluBeta = constants && activation.HasAlphaAndBeta() ? Each(-1, 1) : default,
            SwigluLimit = constants && activation.HasLimit() ? Each(0.5f, 2) : default,
        };
    }

    public static T[] Normal(Random random, int count, double deviation)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            // Sum of uniforms: close to normal, cheap.
            values[i] = (float)((random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 2 * deviation);
        }

        var result = new T[count];
        ElementConversion.Narrow<T, float>(values, result);
        return result;
    }
}
