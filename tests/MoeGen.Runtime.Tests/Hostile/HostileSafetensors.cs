using System.Text;

namespace MoeGen.Tests;

/// <summary>Damaged safetensors files.</summary>
internal static class HostileSafetensors
{
    public const int SeedDataLength = 48;

    /// <summary>Valid headers of files with <see cref="SeedDataLength"/> bytes of data.</summary>
    public static readonly string[] Seeds =
    [
        """{"__metadata__":{"format":"pt","k":"v"},"b":{"dtype":"I16","shape":[3,2],"data_offsets":[4,16]},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"c":{"dtype":"BF16","shape":[2,8],"data_offsets":[16,48]}}""",
        """{"f4":{"dtype":"F4","shape":[4,4],"data_offsets":[0,8]},"f6":{"dtype":"F6_E2M3","shape":[4,2],"data_offsets":[8,14]},"none":{"dtype":"F64","shape":[0,7],"data_offsets":[14,14]},"u8":{"dtype":"U8","shape":[2,1,17],"data_offsets":[14,48]}}""",
        """{"model.layers.0.mlp.gate.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"w":{"dtype":"F16","shape":[8],"data_offsets":[16,32]},"z":{"dtype":"I64","shape":[1,2],"data_offsets":[32,48]}}""",
    ];

    public static byte[] Create(Random random)
    {
        string seed = Seeds[random.Next(Seeds.Length)];
        byte[] header = random.Next(8) == 0 ? Encoding.UTF8.GetBytes(seed) : HostileJson.Mutate(seed, random);
        int data = random.Next(4) == 0 ? random.Next(2 * SeedDataLength) : SeedDataLength;
        ulong? length = random.Next(5) == 0 ? Length((ulong)header.Length, (ulong)data, random) : null;
        byte[] file = TempFolder.Bytes(header, HostileText.RandomBytes(random, data), length);
        return random.Next(6) == 0 ? HostileBytes.Mutate(file, random) : file;
    }

    private static ulong Length(ulong header, ulong data, Random random) => random.Next(9) switch
    {
        0 => header + 1,
        1 => header - 1,
        2 => header + data,
        3 => header + data + 1,
        4 => 0,
        5 => 100_000_000,
        6 => 100_000_001,
        7 => ulong.MaxValue - (ulong)random.Next(9),
        _ => (ulong)random.NextInt64(long.MinValue, long.MaxValue),
    };
}
