namespace MoeGen.KernelEmulator.Tests;

/// <summary>A layer whose GEMMs are plain loops on the host, so that permute and the separate activation run.</summary>
[MoeConfig(Dtype = Dtype.FP16, Activation = Activation.Geglu, Tile = "64x64", Gemm = Gemm.Custom)]
public sealed partial class CustomGemmLayer
{
    partial void Gemm1(in GroupedGemmArguments<Half, float> arguments, CudaStream stream) => Multiply(arguments, stream, value => value);

    partial void Gemm2(in GroupedGemmArguments<Half, Half> arguments, CudaStream stream) => Multiply(arguments, stream, value => (Half)value);

    // Emulated device memory is host memory; the result goes through the driver, which then knows that it is written.
    private static unsafe void Multiply<TResult>(in GroupedGemmArguments<Half, TResult> arguments, CudaStream stream, Func<float, TResult> round)
        where TResult : unmanaged
    {
        var offsets = (int*)arguments.ExpertOffsets.Address;
        (int columns, int depth) = (arguments.Columns, arguments.Depth);
        for (int expert = 0; expert < arguments.NumExperts; expert++)
        {
            for (int row = offsets[expert]; row < offsets[expert + 1]; row++)
            {
                var a = new ReadOnlySpan<Half>((Half*)arguments.A.Address + ((long)row * depth), depth);
                var result = new TResult[columns];
                for (int column = 0; column < columns; column++)
                {
                    var b = new ReadOnlySpan<Half>((Half*)arguments.B.Address + ((((long)expert * columns) + column) * depth), depth);
                    float sum = 0;
                    for (int d = 0; d < depth; d++)
                    {
                        sum += (float)a[d] * (float)b[d];
                    }

                    result[column] = round(sum);
                }

                ulong destination = arguments.C.Address + ((ulong)row * (ulong)(columns * sizeof(TResult)));
                using DeviceBuffer<TResult> c = DeviceBuffer<TResult>.Wrap(stream.Context, (nint)destination, columns);
                c.CopyFrom(result);
            }
        }
    }
}
