namespace MoeGen.Gpu.Tests;

/// <summary>A grouped GEMM as a user would plug it in: one thread a result, bf16 in, fp32 or bf16 out.</summary>
internal sealed class PlainGemm : IGroupedGemm<BFloat16>
{
    private readonly CudaKernel _toFloat;
    private readonly CudaKernel _toElement;

    public PlainGemm(CudaContext context)
    {
        CachedKernel compiled = (Gpu.Options?.Cache ?? new KernelCache()).GetOrCompile(Source, "plain_gemm.cu", context.ComputeCapability);
        CudaModule loaded = CudaModule.Load(context, compiled.Kernel);
        _toFloat = loaded.GetKernel("plain_gemm_float", 64, sharedMemoryBytes: 0);
        _toElement = loaded.GetKernel("plain_gemm_element", 64, sharedMemoryBytes: 0);
    }

    private static ReadOnlySpan<byte> Source => """
        struct Arguments {
            const unsigned short* a;
            const unsigned short* b;
            void* c;
            const int* offsets;
            int experts, columns, depth, max_rows;
        };

        __device__ float product(const Arguments& arguments, long long row, int column) {
            int expert = 0;
            while (arguments.offsets[expert + 1] <= row) ++expert;
            const unsigned short* a = arguments.a + row * arguments.depth;
            const unsigned short* b = arguments.b + (static_cast<long long>(expert) * arguments.columns + column) * arguments.depth;
            float sum = 0.0f;
            for (int d = 0; d < arguments.depth; ++d)
                sum = fmaf(__uint_as_float(static_cast<unsigned>(a[d]) << 16), __uint_as_float(static_cast<unsigned>(b[d]) << 16), sum);
            return sum;
        }

        extern "C" __global__ void __launch_bounds__(64) plain_gemm_float(const __grid_constant__ Arguments arguments) {
            const long long row = blockIdx.x;
            if (row >= arguments.offsets[arguments.experts]) return;
            for (int column = threadIdx.x; column < arguments.columns; column += 64)
                static_cast<float*>(arguments.c)[row * arguments.columns + column] = product(arguments, row, column);
        }

        extern "C" __global__ void __launch_bounds__(64) plain_gemm_element(const __grid_constant__ Arguments arguments) {
            const long long row = blockIdx.x;
            if (row >= arguments.offsets[arguments.experts]) return;
            for (int column = threadIdx.x; column < arguments.columns; column += 64) {
                const unsigned bits = __float_as_uint(product(arguments, row, column));
                static_cast<unsigned short*>(arguments.c)[row * arguments.columns + column] =
                    static_cast<unsigned short>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
            }
        }
        """u8;

    public void Gemm1(in GroupedGemmArguments<BFloat16, float> arguments, CudaStream stream) => _toFloat.Launch(arguments, arguments.MaxRows, stream);

    public void Gemm2(in GroupedGemmArguments<BFloat16, BFloat16> arguments, CudaStream stream) => _toElement.Launch(arguments, arguments.MaxRows, stream);
}
