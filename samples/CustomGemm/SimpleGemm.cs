using MoeGen;

namespace CustomGemm;

/// <summary>A grouped GEMM of one's own: a plain CUDA kernel, one thread a result, compiled with NVRTC like the generated text.</summary>
internal sealed class SimpleGemm
{
    /// <summary>Rows of C that one block walks through.</summary>
    private const int Threads = 256;

    private readonly CudaKernel _kernel;

    public SimpleGemm(CudaContext context)
    {
        CompiledKernel compiled = new NvrtcCompiler().Compile(Source, "simple_gemm.cu", context.ComputeCapability);
        _kernel = CudaModule.Load(context, compiled).GetKernel("simple_gemm", Threads, sharedMemoryBytes: 0);
    }

    /// <summary>The kernel's text.</summary>
    public static ReadOnlySpan<byte> Source => """
        struct Arguments {
            const unsigned short* a;   // [rows, depth], sorted by expert
            const unsigned short* b;   // [experts, columns, depth]
            float* c;                  // [rows, columns]
            const int* offsets;        // [experts + 1]
            int experts, columns, depth, max_rows;
        };

        __device__ float widen(unsigned short bits) {
            float value;
            asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
            return value;
        }

        extern "C" __global__ void __launch_bounds__(256) simple_gemm(const __grid_constant__ Arguments arguments) {
            const long long row = blockIdx.x;
            if (row >= arguments.offsets[arguments.experts]) return;
            int expert = 0;
            while (arguments.offsets[expert + 1] <= row) ++expert;
            for (int column = threadIdx.x; column < arguments.columns; column += blockDim.x) {
                const unsigned short* a = arguments.a + row * arguments.depth;
                const unsigned short* b = arguments.b + (static_cast<long long>(expert) * arguments.columns + column) * arguments.depth;
                float sum = 0.0f;
                for (int d = 0; d < arguments.depth; ++d) sum = fmaf(widen(a[d]), widen(b[d]), sum);
                arguments.c[row * arguments.columns + column] = sum;
            }
        }
        """u8;

    /// <summary>One block a row that may exist; how many do is known on the device.</summary>
    public void Enqueue(in GroupedGemmArguments<Half, float> arguments, CudaStream stream) =>
        _kernel.Launch(arguments, arguments.MaxRows, stream);
}
