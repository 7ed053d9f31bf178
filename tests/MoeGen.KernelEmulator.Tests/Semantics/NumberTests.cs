using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Conversions against those of .NET, which round to nearest even too.</summary>
public sealed class NumberTests
{
    private const string Pack = Pointers.Text + """
        extern "C" __global__ void __launch_bounds__(256) k(const __grid_constant__ Pointers arguments) {
            const long long i = blockIdx.x * 256 + threadIdx.x;
            if (i >= arguments.n) return;
            const float value = static_cast<const float*>(arguments.a)[i];
            static_cast<unsigned*>(arguments.b)[i] = pack_elements(value, -value);
        }
        """;

    private const string Unpack = Pointers.Text + """
        extern "C" __global__ void __launch_bounds__(256) k(const __grid_constant__ Pointers arguments) {
            const unsigned i = blockIdx.x * 256 + threadIdx.x;
            static_cast<float*>(arguments.a)[i] = unpack_low(i) + unpack_high(i << 16);
        }
        """;

    private const string Integers = Pointers.Text + """
        extern "C" __global__ void __launch_bounds__(256) k(const __grid_constant__ Pointers arguments) {
            const unsigned bytes = threadIdx.x | (255 - threadIdx.x) << 8 | threadIdx.x << 16 | (255 - threadIdx.x) << 24;
            static_cast<unsigned*>(arguments.a)[threadIdx.x] = integer_elements(bytes, 0x0100u);
            static_cast<unsigned*>(arguments.b)[threadIdx.x] = integer_elements(bytes, 0x0302u);
        }
        """;

    [Fact]
    public void Float_to_fp16() => CheckPack("fp16", value => BitConverter.HalfToUInt16Bits((Half)value));

    [Fact]
    public void Float_to_bf16() => CheckPack("bf16", value => ((BFloat16)value).ToBits());

    [Fact]
    public void Fp16_to_float() => CheckUnpack("fp16", bits => (float)BitConverter.UInt16BitsToHalf(bits));

    [Fact]
    public void Bf16_to_float() => CheckUnpack("bf16", bits => BitConverter.UInt32BitsToSingle((uint)bits << 16));

    [Fact]
    public void Bytes_to_fp16() => CheckIntegers("fp16", bits => (float)BitConverter.UInt16BitsToHalf(bits));

    [Fact]
    public void Bytes_to_bf16() => CheckIntegers("bf16", bits => BitConverter.UInt32BitsToSingle((uint)bits << 16));

    private static void CheckIntegers(string primitive, Func<ushort, float> value)
    {
        using var device = new EmulatedDevice();
        using DeviceBuffer<uint> low = device.Context.Allocate<uint>(256), high = device.Context.Allocate<uint>(256);
        SmallKernel.Run(device, Integers, new Pointers { A = low.Pointer.Address, B = high.Pointer.Address }, 256, 1, primitive);
        foreach (uint[] found in new[] { SmallKernel.Read(low), SmallKernel.Read(high) })
        {
            for (int u = 0; u < 256; u++)
            {
                Assert.Equal(u - 128, value((ushort)found[u]));
                Assert.Equal(127 - u, value((ushort)(found[u] >> 16)));
            }
        }
    }

    private static void CheckPack(string primitive, Func<float, ushort> expected)
    {
        // Random bits, and values around every tie between neighbours.
        var random = new Random(1);
        float[] values = new float[20_000];
        for (int i = 0; i < values.Length; i++)
        {
            uint bits = (uint)random.NextInt64(1L << 32);
            values[i] = BitConverter.UInt32BitsToSingle((i % 4) switch
            {
                0 => bits,
                1 => (bits & 0xffffe000u) | 0x1000u,
                2 => (bits & 0xffff0000u) | 0x8000u,
                _ => ((bits & 0x807fffffu) | (uint)random.Next(90, 145) << 23) & (random.Next(2) == 0 ? 0xfffff000u : ~0u),
            });
        }

        using var device = new EmulatedDevice();
        using DeviceBuffer<float> input = SmallKernel.Upload<float>(device, values);
        using DeviceBuffer<uint> output = device.Context.Allocate<uint>(values.Length);
        SmallKernel.Run(
            device, Pack, new Pointers { A = input.Pointer.Address, B = output.Pointer.Address, N = values.Length }, 256, (values.Length + 255) / 256, primitive);
        uint[] packed = SmallKernel.Read(output);
        for (int i = 0; i < values.Length; i++)
        {
            // The device has one NaN; .NET keeps payloads.
            uint low = float.IsNaN(values[i]) ? 0x7fffu : expected(values[i]);
            uint high = float.IsNaN(values[i]) ? 0x7fffu : expected(-values[i]);
            Assert.True(packed[i] == (low | high << 16), $"{values[i]:R} ({BitConverter.SingleToUInt32Bits(values[i]):x8}) gives {packed[i]:x8}");
        }
    }

    private static void CheckUnpack(string primitive, Func<ushort, float> expected)
    {
        using var device = new EmulatedDevice();
        using DeviceBuffer<float> output = device.Context.Allocate<float>(65536);
        SmallKernel.Run(device, Unpack, new Pointers { A = output.Pointer.Address }, 256, 256, primitive);
        float[] found = SmallKernel.Read(output);
        for (int bits = 0; bits < 65536; bits++)
        {
            float value = expected((ushort)bits);
            Assert.Equal(value + value, found[bits]);
        }
    }
}
