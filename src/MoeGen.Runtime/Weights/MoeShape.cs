namespace MoeGen;

/// <summary>The sizes of a layer: E experts of hidden size H and intermediate size I.</summary>
public readonly record struct MoeShape
{
    /// <summary>Largest number of experts, 1024.</summary>
    public const int MaxNumExperts = 1024;

    /// <summary>Largest number of experts per token, 32.</summary>
    public const int MaxTopK = 32;

    private const int MaxSize = 1 << 29;

    /// <summary>Checks and keeps the sizes.</summary>
    /// <param name="numExperts">E, 1 to 1024.</param>
    /// <param name="hiddenSize">H, a positive multiple of 8, at most 2^29.</param>
    /// <param name="intermediateSize">I, a positive multiple of 8, at most 2^29; outputs of the activation, whether gated or not.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not allowed; the message names it, its value and what is allowed.</exception>
    public MoeShape(int numExperts, int hiddenSize, int intermediateSize)
    {
        if (numExperts is < 1 or > MaxNumExperts)
        {
            throw new ArgumentOutOfRangeException(
                nameof(numExperts), numExperts, $"numExperts is {numExperts}; allowed is 1 to {MaxNumExperts}.");
        }

        CheckSize(hiddenSize, nameof(hiddenSize));
        CheckSize(intermediateSize, nameof(intermediateSize));
        NumExperts = numExperts;
        HiddenSize = hiddenSize;
        IntermediateSize = intermediateSize;
    }

    /// <summary>E.</summary>
    public int NumExperts { get; }

    /// <summary>H.</summary>
    public int HiddenSize { get; }

    /// <summary>I.</summary>
    public int IntermediateSize { get; }

    /// <summary>Whether this is <c>default</c>, which no constructor made and no layer takes.</summary>
    public bool IsDefault => NumExperts == 0;

    /// <summary>Rows of one expert's fc1: 2I gated, I plain.</summary>
    public int Fc1Rows(bool gated) => gated ? 2 * IntermediateSize : IntermediateSize;

    /// <summary>Elements of one expert's fc1: [2I, H] gated, [I, H] plain.</summary>
    public long Fc1ElementsPerExpert(bool gated) => (long)Fc1Rows(gated) * HiddenSize;

    /// <summary>Elements of one expert's fc2: [H, I].</summary>
    public long Fc2ElementsPerExpert => (long)HiddenSize * IntermediateSize;

    private static void CheckSize(int value, string name)
    {
        if (value < 8 || value % 8 != 0 || value > MaxSize)
        {
            throw new ArgumentOutOfRangeException(
                name, value, $"{name} is {value}; allowed are multiples of 8 from 8 to {MaxSize}.");
        }
    }
}
