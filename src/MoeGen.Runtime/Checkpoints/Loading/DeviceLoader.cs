namespace MoeGen.Checkpoints;

/// <summary>
/// Loads weights into device memory: what lies in the file as it is needed is copied from the mapping itself, the rest goes through one
/// staging buffer.
/// </summary>
internal sealed class DeviceLoader<T>(CudaContext context, WeightSource source)
    where T : unmanaged
{
    private readonly List<IDisposable> _owned = [];
    private readonly StagingBuffer<T> _staging = new();

    public DeviceMoeWeights<T> Load(bool allowConversion, IProgress<MoeLoadProgress>? progress)
    {
        source.Check<T>(allowConversion);
        try
        {
            MoeShape shape = source.Shape;
            DeviceBuffer<T> fc1 = Allocate<T>(shape.NumExperts * shape.Fc1ElementsPerExpert(gated: true));
            DeviceBuffer<T> fc2 = Allocate<T>(shape.NumExperts * shape.Fc2ElementsPerExpert);
            CopyExperts(fc1, fc2, new LoadReporter(source.Tensors.Experts, progress));
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

    private void CopyExperts(DeviceBuffer<T> fc1, DeviceBuffer<T> fc2, LoadReporter reporter)
    {
        long fc1Offset = 0;
        long fc2Offset = 0;
        for (int expert = 0; expert < source.Tensors.Experts.Count; expert++)
        {
            ExpertMatrices matrices = source.Tensors.Experts[expert];
            foreach (MatrixPart part in matrices.Fc1)
            {
                fc1Offset = Copy(part, fc1, fc1Offset);
            }

            fc2Offset = Copy(matrices.Fc2, fc2, fc2Offset);
            reporter.Done(expert);
        }
    }

    // In pieces of rows; returns where the next part begins.
    private long Copy(MatrixPart part, DeviceBuffer<T> buffer, long offset)
    {
        int step = StagingBuffer<T>.RowsAtOnce(part.Columns);
        for (int row = 0; row < part.Rows; row += step)
        {
            int rows = Math.Min(step, part.Rows - row);
            ReadOnlyMemory<T> mapped = part.Map<T>(row, rows);
            buffer.CopyFrom(offset, mapped.IsEmpty ? _staging.Read(part, row, rows) : mapped.Span);
            offset += (long)rows * part.Columns;
        }

        return offset;
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
