namespace MoeGen;

/// <summary>What quantisation has done to one expert. Errors are relative L2 norms.</summary>
/// <param name="Expert">Its local id.</param>
/// <param name="Rows">Samples that were routed to it.</param>
/// <param name="OutputError">Of its output rows over these samples, before their scales; 0 without samples.</param>
/// <param name="Fc1Error">Of fc1's weights.</param>
/// <param name="Fc2Error">Of fc2's weights.</param>
/// <param name="Fc1Scales">Scales of fc1.</param>
/// <param name="Fc2Scales">Scales of fc2.</param>
public sealed record ExpertReport(
    int Expert, int Rows, double OutputError, double Fc1Error, double Fc2Error, ScaleHistogram Fc1Scales, ScaleHistogram Fc2Scales);
