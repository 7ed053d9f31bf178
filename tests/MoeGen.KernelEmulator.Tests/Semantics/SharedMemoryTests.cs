using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Dynamic shared memory by its addresses: copies of every size, loads and stores, and what orders the lanes of a warp.</summary>
public sealed class SharedMemoryTests
{
    private static readonly string[] Primitives = ["memory", "cp_async", "load_shared", "load_vector", "store_shared"];

    [Fact]
    public void Copies_and_loads_of_every_size()
    {
        // Lane by lane 16 bytes, then 4, of which every third is not valid; read back by the lane beside.
        int[] found = Run("""
                cp_async_16(shared + lane * 16, in + lane * 4, true);
                cp_async_cached_16(shared + 512 + lane * 16, in + lane * 4, lane % 2 == 0);
                cp_async_4(shared + 1024 + lane * 4, in + lane, lane % 3 != 0);
                cp_async_commit();
                store_shared_4(shared + 1152 + lane * 4, 1000 + lane);
                cp_async_wait<0>();
                __syncwarp();
                const int other = lane ^ 1;
                out[lane] = load_shared_16(shared + other * 16).words[3] + 1000 * load_shared_8(shared + 512 + other * 16 + 8).words[1]
                    + 1000000 * load_shared_4(shared + 1024 + other * 4) + load_shared_4(shared + 1152 + other * 4);
            }
            """, out EmulatedDevice device);
        Assert.Empty(device.Driver.Faults);
        for (int lane = 0; lane < 32; lane++)
        {
            int other = lane ^ 1, last = (other * 4) + 3;
            Assert.Equal(last + (other % 2 == 0 ? 1000 * last : 0) + (other % 3 != 0 ? 1000000 * other : 0) + 1000 + other, found[lane]);
        }
    }

    [Theory]
    [InlineData("cp_async_4(shared + 2 + lane * 4, in, true);", FaultKind.Misaligned)]
    [InlineData("cp_async_4(shared + lane * 4, reinterpret_cast<const char*>(in) + 2, true);", FaultKind.Misaligned)]
    [InlineData("cp_async_4(shared + lane * 4, in + 128, true);", FaultKind.OutOfBounds)]
    [InlineData("cp_async_4(shared + 2048 - lane * 4, in, true);", FaultKind.OutOfBounds)]
    [InlineData("out[lane] = load_shared_8(shared + 4).words[0];", FaultKind.Misaligned)]
    [InlineData("out[lane] = load_shared_4(shared + 64);", FaultKind.UninitializedRead)]
    [InlineData("cp_async_4(shared + lane * 4, in, true); out[lane] = load_shared_4(shared + lane * 4);", FaultKind.CopyUnderWay)]
    [InlineData("store_shared_4(shared + lane * 4, 0); out[lane] = load_shared_4(shared + (lane ^ 1) * 4);", FaultKind.DataRace)]
    [InlineData("cp_async_4(shared + lane * 4, in, true);", FaultKind.CopyUnderWay)]
    public void Mistakes(string body, FaultKind expected)
    {
        Run($"    {body}\n}}\n", out EmulatedDevice device);
        Assert.Contains(device.Driver.Faults, fault => fault.Kind == expected);
    }

    // A place that is read in every turn, and written again behind a __syncwarp or not.
    [Theory]
    [InlineData("__syncwarp();", false)]
    [InlineData("__shfl_sync(0xffffffffu, 0, 0);", true)]
    public void What_was_read_is_written_again(string between, bool races)
    {
        Run($$"""
                int sum = 0;
                for (int turn = 0; turn < 4; ++turn) {
                    store_shared_4(shared + lane * 4, turn);
                    __syncwarp();
                    sum += load_shared_4(shared + (lane ^ 1) * 4);
                    if (turn < 3) __syncwarp();
                }
                {{between}}
                store_shared_4(shared + lane * 4, sum);
                out[lane] = sum;
            }
            """, out EmulatedDevice device);
        Assert.Equal(races, device.Driver.Faults.Any(fault => fault.Kind == FaultKind.DataRace));
    }

    private static int[] Run(string body, out EmulatedDevice device)
    {
        device = new EmulatedDevice();
        DeviceBuffer<int> input = SmallKernel.Upload<int>(device, [.. Enumerable.Range(0, 128)]);
        DeviceBuffer<int> output = device.Context.Allocate<int>(32);
        const string Head = Pointers.Text + """
            extern "C" __global__ void __launch_bounds__(32) k(const __grid_constant__ Pointers arguments) {
                const int* in = static_cast<const int*>(arguments.a);
                int* out = static_cast<int*>(arguments.b);
                const int lane = threadIdx.x;
                const SharedAddress shared = dynamic_shared_memory();

            """;
        try
        {
            SmallKernel.Run(device, Head + body, new Pointers { A = input.Pointer.Address, B = output.Pointer.Address }, 32, 1, 2048, Primitives);
        }
        catch (CudaException)
        {
            return [];
        }

        return SmallKernel.Read(output);
    }
}
