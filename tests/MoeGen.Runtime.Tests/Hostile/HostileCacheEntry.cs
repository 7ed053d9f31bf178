using System.Buffers.Binary;
using System.Text;

namespace MoeGen.Tests;

/// <summary>Damaged cache entries; most of them with a checksum that holds, as who damages them on purpose would make.</summary>
internal static class HostileCacheEntry
{
    public static (byte[] Entry, bool Signed) Create(byte[] good, KernelRequest request, Random random) => random.Next(3) switch
    {
        0 => (Damage(good, random), false),
        1 => (Sign(Damage(good, random)), true),
        _ => (Sign(Rebuild(good, request, random)), true),
    };

    // Any bytes with the right header in front.
    private static byte[] Sign(byte[] entry)
    {
        byte[] signed = entry.Length < CacheEntryHeader.Bytes ? new byte[CacheEntryHeader.Bytes] : entry;
        CacheEntryHeader.Write(signed);
        return signed;
    }

    private static byte[] Damage(byte[] good, Random random) =>
        random.Next(2) == 0 ? HostileBytes.Flip(good, random) : HostileBytes.Mutate(good, random);

    // The parts of a payload, one or two of them wrong, or with a wrong length.
    private static byte[] Rebuild(byte[] good, KernelRequest request, Random random)
    {
        List<byte[]> parts =
        [
            Encoding.UTF8.GetBytes(request.Key), Encoding.UTF8.GetBytes(request.Target.Architecture), Encoding.UTF8.GetBytes(request.Compiler.ToString()),
            Encoding.UTF8.GetBytes(Log(random)), HostileText.RandomBytes(random, random.Next(64)),
        ];
        int at = random.Next(parts.Count);
        switch (random.Next(5))
        {
            case 0: parts[at] = HostileText.Any(random); break;
            case 1: parts.RemoveAt(at); break;
            case 2: parts.Insert(at, HostileText.Any(random)); break;
            case 3: parts[at] = HostileBytes.Flip(parts[at], random); break;
            default: break;
        }

        var entry = new List<byte>(good[..CacheEntryHeader.Bytes]);
        var length = new byte[sizeof(int)];
        int wrong = random.Next(3) == 0 ? random.Next(parts.Count) : -1;
        for (int i = 0; i < parts.Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, i == wrong ? Length(parts[i].Length, random) : parts[i].Length);
            entry.AddRange(length);
            entry.AddRange(parts[i]);
        }

        return [.. entry];
    }

    private static int Length(int length, Random random) => random.Next(7) switch
    {
        0 => -1,
        1 => int.MinValue,
        2 => int.MaxValue,
        3 => length + 1,
        4 => length - 1,
        5 => 0,
        _ => random.Next(int.MinValue, int.MaxValue),
    };

    private static string Log(Random random)
    {
        string number = Encoding.UTF8.GetString(HostileText.Number(random));
        string name = Encoding.UTF8.GetString(HostileText.Any(random));
        return $"ptxas info    : Compiling entry function '{name}' for 'sm_90'\nptxas info    : Function properties\n"
            + $"    {number} bytes stack frame, {number} bytes spill stores, {number} bytes spill loads\n"
            + $"ptxas info    : Used {number} registers, {number} bytes smem, 352 bytes cmem[0]\n";
    }
}
