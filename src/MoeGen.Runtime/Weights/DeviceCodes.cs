namespace MoeGen;

/// <summary>One matrix of all experts as codes in device memory, with its scales.</summary>
/// <typeparam name="T">Element type of the layer.</typeparam>
internal sealed class DeviceCodes<T>(DeviceBuffer<byte> codes)
    where T : unmanaged
{
    public DeviceBuffer<byte> Codes => codes;

    /// <summary>fp32 of each row; with 8-bit codes only.</summary>
    public DeviceBuffer<float>? ChannelScales { get; init; }

    /// <summary>Of each group; with 4-bit codes only.</summary>
    public DeviceBuffer<T>? GroupScales { get; init; }

    /// <summary>Of each group, or none.</summary>
    public DeviceBuffer<byte>? ZeroPoints { get; init; }

    public DevicePointer<byte> Scales => new(ChannelScales?.Pointer.Address ?? GroupScales!.Pointer.Address);

    public IEnumerable<IDeviceMemory> Buffers => new IDeviceMemory?[] { Codes, ChannelScales, GroupScales, ZeroPoints }.OfType<IDeviceMemory>();

    /// <summary>Copies the experts one after the other, through memory for one of them.</summary>
    public static DeviceCodes<T> Upload(CudaContext context, IReadOnlyList<QuantizedMatrix> experts, List<IDisposable> owned)
    {
        QuantizedMatrix first = experts[0];
        bool isInt8 = first.Format == WeightFormat.Int8PerChannel;
        long groups = (long)first.Rows * first.GroupsPerRow;
        var laidOut = new byte[CodeLayout.Bytes(first)];
        var scales = new T[isInt8 ? 0 : groups];
        DeviceBuffer<byte> codes = Allocate<byte>(laidOut.Length);
        DeviceBuffer<float>? channelScales = isInt8 ? Allocate<float>(groups) : null;
        DeviceBuffer<T>? groupScales = isInt8 ? null : Allocate<T>(groups);
        DeviceBuffer<byte>? zeroPoints = first.ZeroPoints.IsEmpty ? null : Allocate<byte>(groups);
        for (int expert = 0; expert < experts.Count; expert++)
        {
            CodeLayout.LayOut(experts[expert], laidOut);
            codes.CopyFrom((long)expert * laidOut.Length, laidOut);
            channelScales?.CopyFrom(expert * groups, experts[expert].Scales.Span);
            if (groupScales is not null)
            {
                CodeLayout.GroupScales<T>(experts[expert], scales);
                groupScales.CopyFrom(expert * groups, scales);
            }

            zeroPoints?.CopyFrom(expert * groups, experts[expert].ZeroPoints.Span);
        }

        return new DeviceCodes<T>(codes) { ChannelScales = channelScales, GroupScales = groupScales, ZeroPoints = zeroPoints };

        DeviceBuffer<TElement> Allocate<TElement>(long each)
            where TElement : unmanaged
        {
            DeviceBuffer<TElement> buffer = context.Allocate<TElement>(experts.Count * each);
            owned.Add(buffer);
            return buffer;
        }
    }

    /// <summary>Throws where a length does not fit.</summary>
    public void Check(CudaContext context, long rows, int columns, WeightFormat format, int groupSize, string name)
    {
        BufferChecks.Check(Codes, rows * CodeLayout.RowBytes(format, columns), context, name, "rows * bytes of a row");
        if (ChannelScales is not null)
        {
            BufferChecks.Check(ChannelScales, rows, context, name + "' scales", "rows");
            return;
        }

        BufferChecks.Check(GroupScales!, rows * (columns / groupSize), context, name + "' scales", "rows * groups of a row");
        WeightChecks.CheckOptional(ZeroPoints, rows * (columns / groupSize), context, name + "' zero points", "rows * groups of a row");
    }
}
