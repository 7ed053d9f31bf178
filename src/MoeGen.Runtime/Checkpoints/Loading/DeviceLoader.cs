namespace MoeGen.Checkpoints;

/// <summary>
/// Loads weights into device memory: what lies in the file as it is needed is copied from the mapping itself, the rest is converted in a few
/// buffers meanwhile.
/// </summary>
internal sealed class DeviceLoader<T>(CudaContext context, WeightSource source)
    where T : unmanaged
{
    private readonly List<IDisposable> _owned = [];

    public DeviceMoeWeights<T> Load(bool allowConversion, IProgress<MoeLoadProgress>? progress)
    {
        source.Check<T>(allowConversion);
        try
        {
            MoeShape shape = source.Shape;
            DeviceBuffer<T> fc1 = Allocate<T>(shape.NumExperts * shape.Fc1ElementsPerExpert(gated: true));
            DeviceBuffer<T> fc2 = Allocate<T>(shape.NumExperts * shape.Fc2ElementsPerExpert);
            new PieceUploader<T>([.. Cut(fc1, fc2)]).Run(new LoadReporter(source.Tensors.Experts, progress).Done);
            return new DeviceMoeWeights<T>(shape, source.Fc1Layout, fc1, fc2)
            {
                Fc1ExpertBiases = CopyBiases(source.Tensors.Fc1Biases),
                Fc2ExpertBiases = CopyBiases(source.Tensors.Fc2Biases),
            }.Owning(_owned);
        }
        catch
        {
            _owned.ForEach(static buffer => buffer.Dispose());
            throw;
        }
    }

    // The pieces of each expert.
    private IEnumerable<WeightPiece<T>[]> Cut(DeviceBuffer<T> fc1, DeviceBuffer<T> fc2)
    {
        long fc1Offset = 0;
        long fc2Offset = 0;
        foreach (ExpertMatrices expert in source.Tensors.Experts)
        {
            var pieces = new List<WeightPiece<T>>();
            foreach (MatrixPart part in expert.Fc1)
            {
                pieces.AddRange(WeightPiece<T>.Cut(part, fc1, fc1Offset));
                fc1Offset += part.Elements;
            }

            pieces.AddRange(WeightPiece<T>.Cut(expert.Fc2, fc2, fc2Offset));
            fc2Offset += expert.Fc2.Elements;
            yield return [.. pieces];
        }
    }

    private DeviceBuffer<T>? CopyBiases(StoredMatrix? biases)
    {
        T[] values = source.ReadBiases<T>(biases);
        if (values.Length == 0)
        {
            return null;
        }

        DeviceBuffer<T> buffer = Allocate<T>(values.Length);
        buffer.CopyFrom(values);
        return buffer;
    }

    private DeviceBuffer<TElement> Allocate<TElement>(long length)
        where TElement : unmanaged
    {
        DeviceBuffer<TElement> buffer = context.Allocate<TElement>(length);
        _owned.Add(buffer);
        return buffer;
    }
}
