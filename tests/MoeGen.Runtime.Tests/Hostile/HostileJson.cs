using System.Globalization;
using System.Numerics;
using System.Text;

namespace MoeGen.Tests;

/// <summary>Changes valid JSON in ways that keep most of its structure.</summary>
internal static class HostileJson
{
    /// <summary>A few changes of the tree, and now and then of the bytes.</summary>
    public static byte[] Mutate(string json, Random random)
    {
        JsonTree tree = JsonTree.Parse(json);
        for (int changes = random.Next(4); changes > 0; changes--)
        {
            tree = Change(tree, random);
        }

        byte[] bytes = tree.Write();
        return random.Next(4) == 0 ? HostileBytes.Mutate(bytes, random) : bytes;
    }

    private static JsonTree Change(JsonTree root, Random random)
    {
        JsonTree[] all = [.. root.All()];
        JsonTree[] parents = [.. all.Where(tree => tree.Children.Count > 0)];
        if (parents.Length == 0)
        {
            return root;
        }

        JsonTree parent = parents[random.Next(parents.Length)];
        int at = random.Next(parent.Children.Count);
        (byte[] key, JsonTree value) = parent.Children[at];
        JsonTree other = all[random.Next(all.Length)].Copy();
        switch (random.Next(13))
        {
            case 0: parent.Children[at] = (key, JsonTree.Of(HostileText.Any(random))); break;
            case 1: parent.Children.Insert(random.Next(parent.Children.Count + 1), (key, value.Copy())); break;
            case 2: parent.Children.RemoveAt(at); break;
            case 3: parent.Children[at] = (HostileText.Any(random), value); break;
            case 4: parent.Children[at] = (Escape(key, random), value); break;
            case 5: parent.Children.Insert(at, (Escape(key, random), other)); break;
            case 6: parent.Children[at] = (key, other); break;
            case 7: parent.Children[at] = (key, Nest(value, random)); break;
            case 8: parent.Children.Insert(at, ("\"unknown\""u8.ToArray(), Nest(other, random))); break;
            case 9: parent.Children[at] = (parents[random.Next(parents.Length)].Children[0].Key, value); break;
            case 10: Repeat(parent, key, value, random); break;
            default: ChangeNumber(all, random); break;
        }

        return root;
    }

    private static void ChangeNumber(JsonTree[] all, Random random)
    {
        JsonTree[] numbers = [.. all.Where(tree => tree.IsScalar && BigInteger.TryParse(Encoding.UTF8.GetString(tree.Scalar), CultureInfo.InvariantCulture, out _))];
        if (numbers.Length == 0)
        {
            return;
        }

        JsonTree number = numbers[random.Next(numbers.Length)];
        var value = BigInteger.Parse(Encoding.UTF8.GetString(number.Scalar), CultureInfo.InvariantCulture);
        number.Scalar = random.Next(8) switch
        {
            0 => Text(value + 1),
            1 => Text(value - 1),
            2 => Text(-value),
            3 => Text(value * 2),
            4 => Text(value + (BigInteger.One << 32)),
            5 => Text(value + (BigInteger.One << 64)),
            6 => Text(value * (BigInteger.One << random.Next(70))),
            _ => HostileText.Number(random),
        };
    }

    private static byte[] Text(BigInteger value) => Encoding.UTF8.GetBytes(value.ToString(CultureInfo.InvariantCulture));

    private static JsonTree Nest(JsonTree value, Random random)
    {
        // About the readers' limit of 64, and now and then far beyond.
        int depth = random.Next(20) == 0 ? 20_000 : random.Next(1, 80);
        if (depth > 1000)
        {
            return JsonTree.Of(new string('[', depth) + (random.Next(2) == 0 ? "" : new string(']', depth)));
        }

        for (; depth > 0; depth--)
        {
            value = value.Wrap(inObject: random.Next(2) == 0);
        }

        return value;
    }

    // A thousand of the kind; numbered keys are no duplicates.
    private static void Repeat(JsonTree parent, byte[] key, JsonTree value, Random random)
    {
        int count = random.Next(10) == 0 ? 1000 : random.Next(1, 40);
        for (int i = 0; i < count && value.All().Take(20).Count() < 20; i++)
        {
            parent.Children.Add((parent.IsObject ? [.. key.AsSpan(0, Math.Max(0, key.Length - 1)), .. Text(i), (byte)'"'] : [], value));
        }
    }

    // The same text in other bytes, or no text: an unpaired surrogate.
    private static byte[] Escape(byte[] key, Random random)
    {
        if (key.Length < 3)
        {
            return key;
        }

        int at = random.Next(1, key.Length - 1);
        int unit = random.Next(4) == 0 ? 0xD800 : key[at];
        return [.. key.AsSpan(0, at), .. Encoding.UTF8.GetBytes($"\\u{unit:x4}"), .. key.AsSpan(at + 1)];
    }
}
