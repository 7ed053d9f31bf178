namespace MoeGen.KernelEmulator.Tests;

/// <summary>
/// GEMMs as plain loops on the host. Emulated device memory is host memory; results go through the driver, which then knows
/// that they are written.
/// </summary>
internal sealed unsafe class HostGemm<T> : IGroupedGemm<T>
    where T : unmanaged
{
    public void Gemm1(in GroupedGemmArguments<T, float> arguments, CudaStream stream) => Multiply(arguments, stream);

    public void Gemm2(in GroupedGemmArguments<T, T> arguments, CudaStream stream) => Multiply(arguments, stream);

    private static void Multiply<TResult>(in GroupedGemmArguments<T, TResult> arguments, CudaStream stream)
        where TResult : unmanaged
    {
        var offsets = (int*)arguments.ExpertOffsets.Address;
        (int columns, int depth) = (arguments.Columns, arguments.Depth);
        var sums = new float[columns];
        var result = new TResult[columns];
        for (int expert = 0; expert < arguments.NumExperts; expert++)
        {
            var b = new ReadOnlySpan<T>((T*)arguments.B.Address + ((long)expert * columns * depth), columns * depth);
            float[] wideB = Widen(b);
            for (int row = offsets[expert]; row < offsets[expert + 1]; row++)
            {
                float[] wideA = Widen(new ReadOnlySpan<T>((T*)arguments.A.Address + ((long)row * depth), depth));
                for (int column = 0; column < columns; column++)
                {
                    sums[column] = 0;
                    for (int d = 0; d < depth; d++)
                    {
                        sums[column] += wideA[d] * wideB[(column * depth) + d];
                    }
                }

                ElementConversion.Narrow<TResult, float>(sums, result);
                ulong destination = arguments.C.Address + ((ulong)row * (ulong)(columns * sizeof(TResult)));
                using DeviceBuffer<TResult> c = DeviceBuffer<TResult>.Wrap(stream.Context, (nint)destination, columns);
                c.CopyFrom(result);
            }
        }
    }

    private static float[] Widen(ReadOnlySpan<T> values)
    {
        var wide = new float[values.Length];
        ElementConversion.Widen(values, wide.AsSpan());
        return wide;
    }
}
