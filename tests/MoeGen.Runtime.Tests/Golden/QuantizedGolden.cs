using MoeGen.Checkpoints;

namespace MoeGen.Tests;

/// <summary>A recorded block, its tokens in halves, and calibrations of it.</summary>
internal sealed class QuantizedGolden
{
    public QuantizedGolden(string family)
    {
        using MoeCheckpoint checkpoint = MoeCheckpoint.Open(GoldenFolder.Path(family));
        using SafetensorsFile io = GoldenFolder.OpenIo(family);
        Block = checkpoint.GetBlock(0);
        Weights = Block.LoadWeights<BFloat16>();
        Input = GoldenFolder.ToBFloat16(io.Get<float>("input").Span);
        Expected = GoldenFolder.ToDouble(io.Get<float>("output_fp32").Span);
    }

    public MoeBlock Block { get; }

    public MoeWeights<BFloat16> Weights { get; }

    public BFloat16[] Input { get; }

    public double[] Expected { get; }

    /// <summary>Half of the recorded tokens and random ones of the same spread.</summary>
    /// <param name="tokens">Both together.</param>
    public MoeCalibrator<BFloat16> Calibrate(int tokens = 256)
    {
        var calibrator = new MoeCalibrator<BFloat16>(Weights, Block.Activation, Block.Swiglu);
        int half = Input.Length / 128 / 2 * 128;
        calibrator.Add(Input.AsSpan(0, half), Block.Router);
        double deviation = Math.Sqrt(Input.Take(half).Average(value => (double)(float)value * (float)value));
        var random = new Random(17);
        var more = new BFloat16[(tokens * 128) - half];
        for (int i = 0; i < more.Length; i++)
        {
            double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            more[i] = (BFloat16)(deviation * normal);
        }

        calibrator.Add(more, Block.Router);
        return calibrator;
    }

    /// <summary>Relative L2 error against the recorded output, over the half that calibrations have not seen or over all of it.</summary>
    public double Error(QuantizedMoeWeights<BFloat16> weights, bool quantizeActivations, bool unseen = false)
    {
        int first = unseen ? Input.Length / 128 / 2 * 128 : 0;
        double[] output = ManagedMoe.ForwardBlockDouble<BFloat16>(
            weights, Block.Activation, Input.AsSpan(first), Block.Router, swiglu: Block.Swiglu, quantizeActivations: quantizeActivations);
        return MoeError.RelativeL2<double>(output, Expected.AsSpan(first));
    }
}
