namespace MoeGen.Checkpoints;

/// <summary>How far loading a block's weights has come.</summary>
/// <param name="ExpertsDone">Experts that are loaded.</param>
/// <param name="NumExperts">All experts, routed and shared.</param>
/// <param name="BytesDone">Bytes of the checkpoint's weights behind them, without scales of quantised ones.</param>
/// <param name="TotalBytes">Bytes of all experts.</param>
public readonly record struct MoeLoadProgress(int ExpertsDone, int NumExperts, long BytesDone, long TotalBytes);
