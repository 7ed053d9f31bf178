using MoeGen.Checkpoints;

namespace MoeGen.Cli.Blocks;

/// <summary>Loading of weights as a bar.</summary>
internal sealed class LoadDisplay(Action<double, string> progress) : IProgress<MoeLoadProgress>
{
    public void Report(MoeLoadProgress value) =>
        progress(value.TotalBytes == 0 ? 0 : (double)value.BytesDone / value.TotalBytes, $"{value.ExpertsDone} of {value.NumExperts} experts");
}
