using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Warp collectives, and what orders accesses.</summary>
public sealed class CollectiveTests
{
    private const string Head = Pointers.Text + """
        extern "C" __global__ void __launch_bounds__(64) k(const __grid_constant__ Pointers arguments) {
            int* out = static_cast<int*>(arguments.a);
            const int thread = threadIdx.x, lane = thread % 32;

        """;

    [Theory]
    [InlineData("__shfl_sync(0xffffffffu, thread, 5)", 5, 37)]
    [InlineData("__shfl_sync(0xffffffffu, thread, 3, 8)", 11, 43)]
    [InlineData("__shfl_up_sync(0xffffffffu, thread, 2)", 6, 38)]
    [InlineData("__shfl_up_sync(0xffffffffu, thread, 16)", 8, 40)]
    [InlineData("__shfl_down_sync(0xffffffffu, thread, 4)", 12, 44)]
    [InlineData("__shfl_xor_sync(0xffffffffu, thread, 16)", 24, 56)]
    [InlineData("static_cast<int>(__match_any_sync(0xffffffffu, lane / 4))", 0xf00, 0xf00)]
    [InlineData("static_cast<int>(__ballot_sync(0xffffffffu, lane < 3))", 7, 7)]
    [InlineData("__popc(__match_any_sync(0xffffffffu, thread % 3 == 0 ? 1 : 0))", 21, 21)]
    public void Collectives(string expression, int ofThread8, int ofThread40)
    {
        int[] found = Run($"    out[thread] = {expression};\n}}\n", out EmulatedDevice device);
        Assert.Empty(device.Driver.Faults);
        Assert.Equal(ofThread8, found[8]);
        Assert.Equal(ofThread40, found[40]);
    }

    [Fact]
    public void Half_warps_meet_by_themselves()
    {
        int[] found = Run("    out[thread] = lane < 16 ? __shfl_sync(0x0000ffffu, thread, 15) : __shfl_sync(0xffff0000u, thread, 16);\n}\n", out EmulatedDevice device);
        Assert.Empty(device.Driver.Faults);
        Assert.Equal(15, found[3]);
        Assert.Equal(48, found[63]);
    }

    [Theory]
    [InlineData("__syncthreads();", 32, false)]
    [InlineData("__syncthreads();", 1, false)]
    [InlineData("__syncwarp();", 1, false)]
    [InlineData("__syncwarp();", 32, true)]
    [InlineData("__shfl_sync(0xffffffffu, 0, 0);", 1, true)]
    public void What_orders_threads(string between, int distance, bool races)
    {
        string text = $"    __shared__ int values[64];\n    values[thread] = thread;\n    {between}\n    out[thread] = values[thread ^ {distance}];\n}}\n";
        Run(text, out EmulatedDevice device);
        Assert.Equal(races, device.Driver.Faults.Any(fault => fault.Kind == FaultKind.DataRace));
    }

    [Fact]
    public void Atomics_do_not_race_and_plain_reads_beside_them_do()
    {
        int[] found = Run("    atomicAdd(&out[0], thread);\n}\n", out EmulatedDevice device, clear: true);
        Assert.Equal(64 * 63 / 2, found[0]);
        Run("    atomicAdd(&out[0], thread);\n    if (thread == 9) out[9] = out[0];\n}\n", out device, clear: true);
        Assert.Contains(device.Driver.Faults, fault => fault.Kind == FaultKind.DataRace);
    }

    [Theory]
    [InlineData("    out[thread + 1] = 1;\n}\n", FaultKind.OutOfBounds)]
    [InlineData("    out[thread] = out[thread - 1];\n}\n", FaultKind.OutOfBounds)]
    [InlineData("    out[thread] = out[63 - thread];\n}\n", FaultKind.UninitializedRead)]
    [InlineData("    *reinterpret_cast<long long*>(out + 1) = 1;\n}\n", FaultKind.Misaligned)]
    [InlineData("    __shared__ int own[64];\n    int* last = own + 64;\n    *last = thread;\n    out[thread] = 0;\n}\n", FaultKind.OutOfBounds)]
    [InlineData("    __shared__ int* address;\n    int own = thread;\n    if (thread == 0) address = &own;\n    __syncthreads();\n    out[thread] = *address;\n}\n", FaultKind.ForeignStack)]
    [InlineData("    if (thread < 32) __syncthreads(); else __shfl_sync(0xffffffffu, 0, 0);\n    out[thread] = 0;\n}\n", FaultKind.BarrierDivergence)]
    [InlineData("    if (lane < 9) __syncwarp(); else __syncthreads();\n    out[thread] = 0;\n}\n", FaultKind.Deadlock)]
    [InlineData("    out[thread] = 1 << (thread + 8);\n}\n", FaultKind.UndefinedBehaviour)]
    [InlineData("    out[thread] = 64 / (thread - 5);\n}\n", FaultKind.UndefinedBehaviour)]
    [InlineData("    out[0] = 1;\n}\n", FaultKind.DataRace)]
    public void Mistakes(string body, FaultKind expected)
    {
        Run(body, out EmulatedDevice device);
        Assert.Contains(device.Driver.Faults, fault => fault.Kind == expected);
        Assert.All(device.Driver.Faults, fault => Assert.Equal("k", fault.Kernel));
    }

    [Fact]
    public void Blocks_that_write_the_same_place_race()
    {
        Run("    if (thread == 0) out[0] = blockIdx.x;\n}\n", out EmulatedDevice device, blocks: 2);
        EmulatorFault fault = Assert.Single(device.Driver.Faults);
        Assert.True(fault is { Kind: FaultKind.DataRace, Block: 1, Line: 5 }, fault.ToString());
        Assert.Contains("another block", fault.Detail, StringComparison.Ordinal);
    }

    private static int[] Run(string body, out EmulatedDevice device, bool clear = false, int blocks = 1)
    {
        device = new EmulatedDevice();
        DeviceBuffer<int> output = device.Context.Allocate<int>(64);
        if (clear)
        {
            output.CopyFrom(new int[64]);
        }

        try
        {
            SmallKernel.Run(device, Head + body, new Pointers { A = output.Pointer.Address }, 64, blocks);
        }
        catch (CudaException exception)
        {
            // The device's context is lost with the launch, so there is nothing to read.
            Assert.Contains(device.Driver.Faults[0].ToString(), exception.Message, StringComparison.Ordinal);
            return [];
        }

        return SmallKernel.Read(output);
    }
}
