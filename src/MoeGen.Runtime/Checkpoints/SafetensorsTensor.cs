namespace MoeGen.Checkpoints;

/// <summary>A tensor of a safetensors file: what the header says, already checked.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Dtype">Element type.</param>
/// <param name="Shape">Dimensions, outermost first; empty for a scalar.</param>
/// <param name="Offset">First byte in the file.</param>
/// <param name="ByteLength">Bytes.</param>
public sealed record SafetensorsTensor(string Name, SafetensorsDtype Dtype, IReadOnlyList<long> Shape, long Offset, long ByteLength)
{
    /// <summary>Name, element type and shape.</summary>
    public override string ToString() => $"{CheckpointException.Quote(Name)} {Dtype} [{string.Join(", ", Shape)}]";
}
