namespace MoeGen.Tests;

/// <summary>Small CUDA texts.</summary>
internal static class TestKernels
{
    /// <summary>Copies n floats; 1,024 bytes of static shared memory on the way.</summary>
    public static ReadOnlySpan<byte> Copy => """
        struct CopyArguments { const float* source; float* destination; int n; int reserved; };

        extern "C" __global__ void __launch_bounds__(256) copy(const __grid_constant__ CopyArguments arguments)
        {
            __shared__ float staged[256];
            int i = blockIdx.x * 256 + threadIdx.x;
            staged[threadIdx.x] = i < arguments.n ? arguments.source[i] : 0.0f;
            __syncthreads();
            if (i < arguments.n) arguments.destination[i] = staged[255 - (255 - threadIdx.x)];
        }

        extern "C" __global__ void empty() {}
        """u8;

    /// <summary>Needs more registers than its launch bounds leave, so it spills.</summary>
    public static ReadOnlySpan<byte> Spilling => """
        extern "C" __global__ void __launch_bounds__(1024, 2) spilling(float* p)
        {
            float v[64];
            #pragma unroll
            for (int i = 0; i < 64; i++) v[i] = p[i * 1024 + threadIdx.x];
            __syncthreads();
            #pragma unroll
            for (int i = 0; i < 64; i++) p[(63 - i) * 1024 + threadIdx.x] = v[i] * v[(i * 7) & 63];
        }
        """u8;
}
