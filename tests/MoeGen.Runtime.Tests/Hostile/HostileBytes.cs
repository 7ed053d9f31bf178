namespace MoeGen.Tests;

/// <summary>Changes bytes without regard to what they mean.</summary>
internal static class HostileBytes
{
    public static byte[] Mutate(byte[] bytes, Random random)
    {
        int at = random.Next(bytes.Length + 1);
        int end = Math.Min(bytes.Length, at + random.Next(1, 40));
        switch (random.Next(7))
        {
            case 0: return bytes[..at];
            case 1: return [.. bytes.AsSpan(0, at), .. bytes.AsSpan(end)];
            case 2: return [.. bytes.AsSpan(0, end), .. bytes.AsSpan(at)];
            case 3: return [.. bytes.AsSpan(0, at), .. HostileText.RandomBytes(random, random.Next(1, 9)), .. bytes.AsSpan(at)];
            case 4: return [.. bytes, .. HostileText.RandomBytes(random, random.Next(1, 9))];
            case 5: return [0xEF, 0xBB, 0xBF, .. bytes];
            default: return Flip(bytes, random);
        }
    }

    /// <summary>A few bits turned round; never the same bytes again, but for an empty text.</summary>
    public static byte[] Flip(byte[] bytes, Random random)
    {
        var changed = (byte[])bytes.Clone();
        for (int flips = random.Next(1, 5); flips > 0 && changed.Length > 0; flips--)
        {
            int at = random.Next(changed.Length);
            changed[at] = (byte)(bytes[at] ^ (1 << random.Next(8)));
        }

        return changed;
    }
}
