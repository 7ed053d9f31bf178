using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Fragments of ldmatrix and mma, written down from the tables of PTX ISA, against a plain product.</summary>
public sealed class FragmentTests
{
    private const string Product = Pointers.Text + """
        extern "C" __global__ void __launch_bounds__(32) k(const __grid_constant__ Pointers arguments) {
            const unsigned short* a = static_cast<const unsigned short*>(arguments.a);
            const unsigned short* b = static_cast<const unsigned short*>(arguments.b);
            float* c = static_cast<float*>(arguments.c);
            const int group = threadIdx.x >> 2, place = threadIdx.x % 4;
            unsigned short a_elements[8], b_elements[4];
            for (int i = 0; i < 8; ++i) {
                const int row = i == 0 || i == 1 || i == 4 || i == 5 ? group : group + 8;
                a_elements[i] = a[row * 16 + place * 2 + (i & 1) + (i >= 4 ? 8 : 0)];
            }
            for (int i = 0; i < 4; ++i) b_elements[i] = b[(place * 2 + (i & 1) + (i >= 2 ? 8 : 0)) * 8 + group];
            unsigned fragment[4];
            for (int i = 0; i < 4; ++i) fragment[i] = a_elements[2 * i] | static_cast<unsigned>(a_elements[2 * i + 1]) << 16;
            float sums[4];
            for (int i = 0; i < 4; ++i) sums[i] = c[(i < 2 ? group : group + 8) * 8 + place * 2 + (i & 1)];
            mma(sums, fragment, b_elements[0] | static_cast<unsigned>(b_elements[1]) << 16,
                         b_elements[2] | static_cast<unsigned>(b_elements[3]) << 16);
            for (int i = 0; i < 4; ++i) c[(i < 2 ? group : group + 8) * 8 + place * 2 + (i & 1)] = sums[i];
        }
        """;

    [Theory]
    [InlineData("bf16")]
    [InlineData("fp16")]
    public void Mma_multiplies_16x16_by_16x8(string primitive)
    {
        // Small integers: exact in both types, whatever the order of the sum.
        var random = new Random(7);
        int[] a = [.. Enumerable.Range(0, 256).Select(_ => random.Next(-9, 10))];
        int[] b = [.. Enumerable.Range(0, 128).Select(_ => random.Next(-9, 10))];
        float[] c = [.. Enumerable.Range(0, 128).Select(_ => (float)random.Next(-99, 100))];
        Func<int, ushort> narrow = primitive == "bf16" ? value => ((BFloat16)value).ToBits() : value => BitConverter.HalfToUInt16Bits((Half)value);
        using var device = new EmulatedDevice();
        using DeviceBuffer<ushort> deviceA = SmallKernel.Upload<ushort>(device, [.. a.Select(narrow)]);
        using DeviceBuffer<ushort> deviceB = SmallKernel.Upload<ushort>(device, [.. b.Select(narrow)]);
        using DeviceBuffer<float> deviceC = SmallKernel.Upload<float>(device, c);
        SmallKernel.Run(
            device, Product, new Pointers { A = deviceA.Pointer.Address, B = deviceB.Pointer.Address, C = deviceC.Pointer.Address }, 32, 1, primitive);
        float[] found = SmallKernel.Read(deviceC);
        for (int row = 0; row < 16; row++)
        {
            for (int column = 0; column < 8; column++)
            {
                float expected = c[(row * 8) + column] + Enumerable.Range(0, 16).Sum(k => a[(row * 16) + k] * b[(k * 8) + column]);
                Assert.Equal(expected, found[(row * 8) + column]);
            }
        }
    }

    private const string Tf32Product = Pointers.Text + """
        extern "C" __global__ void __launch_bounds__(32) k(const __grid_constant__ Pointers arguments) {
            const unsigned* a = static_cast<const unsigned*>(arguments.a);
            const unsigned* b = static_cast<const unsigned*>(arguments.b);
            float* c = static_cast<float*>(arguments.c);
            const int group = threadIdx.x >> 2, place = threadIdx.x % 4;
            unsigned fragment[4];
            for (int i = 0; i < 4; ++i) fragment[i] = a[(i == 0 || i == 2 ? group : group + 8) * 8 + place + (i >= 2 ? 4 : 0)];
            float sums[4];
            for (int i = 0; i < 4; ++i) sums[i] = c[(i < 2 ? group : group + 8) * 8 + place * 2 + (i & 1)];
            mma_tf32(sums, fragment, b[place * 8 + group], b[(place + 4) * 8 + group]);
            for (int i = 0; i < 4; ++i) c[(i < 2 ? group : group + 8) * 8 + place * 2 + (i & 1)] = sums[i];
        }
        """;

    [Fact]
    public void Mma_of_tf32_multiplies_16x8_by_8x8_and_looks_at_19_bits()
    {
        var random = new Random(9);
        float[] a = [.. Enumerable.Range(0, 128).Select(_ => (float)random.Next(-9, 10))];
        float[] b = [.. Enumerable.Range(0, 64).Select(_ => (float)random.Next(-9, 10))];
        float[] c = [.. Enumerable.Range(0, 128).Select(_ => (float)random.Next(-99, 100))];
        uint Bits(float value) => BitConverter.SingleToUInt32Bits(value) | (uint)random.Next(0x2000);
        using var device = new EmulatedDevice();
        using DeviceBuffer<uint> deviceA = SmallKernel.Upload<uint>(device, [.. a.Select(Bits)]);
        using DeviceBuffer<uint> deviceB = SmallKernel.Upload<uint>(device, [.. b.Select(Bits)]);
        using DeviceBuffer<float> deviceC = SmallKernel.Upload<float>(device, c);
        SmallKernel.Run(
            device, Tf32Product, new Pointers { A = deviceA.Pointer.Address, B = deviceB.Pointer.Address, C = deviceC.Pointer.Address }, 32, 1, "tf32");
        float[] found = SmallKernel.Read(deviceC);
        for (int i = 0; i < found.Length; i++)
        {
            (int row, int column) = Math.DivRem(i, 8);
            Assert.Equal(c[i] + Enumerable.Range(0, 8).Sum(k => a[(row * 8) + k] * b[(k * 8) + column]), found[i]);
        }
    }

    private const string CodeProduct = Pointers.Text + """
        extern "C" __global__ void __launch_bounds__(32) k(const __grid_constant__ Pointers arguments) {
            const signed char* a = static_cast<const signed char*>(arguments.a);
            const signed char* b = static_cast<const signed char*>(arguments.b);
            int* c = static_cast<int*>(arguments.c);
            const int group = threadIdx.x >> 2, place = threadIdx.x % 4;
            unsigned fragment[4] = {}, columns[2] = {};
            for (int i = 0; i < 16; ++i) {
                const int row = i / 4 % 2 == 0 ? group : group + 8;
                fragment[i / 4] |= static_cast<unsigned>(static_cast<unsigned char>(a[row * 32 + place * 4 + i % 4 + i / 8 * 16])) << i % 4 * 8;
            }
            for (int i = 0; i < 8; ++i) columns[i / 4] |= static_cast<unsigned>(static_cast<unsigned char>(b[(place * 4 + i % 4 + i / 4 * 16) * 8 + group])) << i % 4 * 8;
            int sums[4];
            for (int i = 0; i < 4; ++i) sums[i] = c[(i < 2 ? group : group + 8) * 8 + place * 2 + (i & 1)];
            mma(sums, fragment, columns[0], columns[1]);
            for (int i = 0; i < 4; ++i) c[(i < 2 ? group : group + 8) * 8 + place * 2 + (i & 1)] = sums[i];
        }
        """;

    [Fact]
    public void Mma_of_codes_multiplies_16x32_by_32x8()
    {
        var random = new Random(8);
        sbyte[] a = [.. Enumerable.Range(0, 512).Select(_ => (sbyte)random.Next(-128, 128))];
        sbyte[] b = [.. Enumerable.Range(0, 256).Select(_ => (sbyte)random.Next(-128, 128))];
        int[] c = [.. Enumerable.Range(0, 128).Select(_ => random.Next(-99_999, 100_000))];
        using var device = new EmulatedDevice();
        using DeviceBuffer<sbyte> deviceA = SmallKernel.Upload<sbyte>(device, a);
        using DeviceBuffer<sbyte> deviceB = SmallKernel.Upload<sbyte>(device, b);
        using DeviceBuffer<int> deviceC = SmallKernel.Upload<int>(device, c);
        SmallKernel.Run(
            device, CodeProduct, new Pointers { A = deviceA.Pointer.Address, B = deviceB.Pointer.Address, C = deviceC.Pointer.Address }, 32, 1, "int8");
        int[] found = SmallKernel.Read(deviceC);
        for (int row = 0; row < 16; row++)
        {
            for (int column = 0; column < 8; column++)
            {
                int expected = c[(row * 8) + column] + Enumerable.Range(0, 32).Sum(k => a[(row * 32) + k] * b[(k * 8) + column]);
                Assert.Equal(expected, found[(row * 8) + column]);
            }
        }
    }
}
