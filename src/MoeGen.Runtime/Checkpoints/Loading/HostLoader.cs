using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using MoeGen.Native;

namespace MoeGen.Checkpoints;

/// <summary>Loads weights into host memory, several experts at once; nothing but the result is allocated.</summary>
internal static class HostLoader
{
    public static MoeWeights<T> Load<T>(WeightSource source, bool allowConversion, IProgress<MoeLoadProgress>? progress)
        where T : unmanaged
    {
        source.Check<T>(allowConversion);
        IReadOnlyList<ExpertMatrices> experts = source.Tensors.Experts;
        int fc1Length = Length(source, experts[0].Fc1);
        int fc2Length = Length(source, [experts[0].Fc2]);
        var fc1 = new ReadOnlyMemory<T>[experts.Count];
        var fc2 = new ReadOnlyMemory<T>[experts.Count];
        var reporter = new LoadReporter(experts, progress);
        ForEach(experts.Count, expert =>
        {
            Memory<T> gateUp = Allocate<T>(fc1Length);
            WeightSource.ReadFc1(experts[expert], gateUp.Span);
            Memory<T> down = Allocate<T>(fc2Length);
            experts[expert].Fc2.Read(0, source.Shape.HiddenSize, down.Span);
            fc1[expert] = gateUp;
            fc2[expert] = down;
            reporter.Done(expert);
        });
        return new MoeWeights<T>(source.Shape, source.Fc1Layout, fc1, fc2)
        {
            Fc1ExpertBiases = source.ReadBiases<T>(source.Tensors.Fc1Biases),
            Fc2ExpertBiases = source.ReadBiases<T>(source.Tensors.Fc2Biases),
        };
    }

    // Elements begin where a line of the caches does, so that whole ones can be written.
    internal static Memory<T> Allocate<T>(int length)
        where T : unmanaged
    {
        int spare = Math.Min(CacheLine.Bytes / Unsafe.SizeOf<T>(), Array.MaxLength - length);
        T[] elements = GC.AllocateUninitializedArray<T>(length + spare);
        if (OperatingSystem.IsLinux())
        {
            LinuxMemory.PreferHugePages(elements);
        }

        return elements.AsMemory(Math.Min(CacheLine.First<T>(elements), spare), length);
    }

    // An exception of a thread is the caller's, as if there had been one thread.
    internal static void ForEach(int count, Action<int> body)
    {
        try
        {
            Parallel.For(0, count, body);
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.Flatten().InnerExceptions[0]);
        }
    }

    // A file with holes can be far longer than the disk it lies on.
    internal static int Length(WeightSource source, MatrixPart[] parts)
    {
        int max = Array.MaxLength / parts.Length;
        return parts[0].Elements <= max
            ? (int)parts.Sum(static part => part.Elements)
            : throw new CheckpointException(
                $"{source.Folder}: an expert of tensor {parts[0].Source.Tensor} has {parts[0].Elements} elements; allowed are at most {max}.");
    }
}
