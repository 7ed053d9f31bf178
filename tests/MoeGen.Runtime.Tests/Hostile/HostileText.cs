using System.Text;

namespace MoeGen.Tests;

/// <summary>Scalars that readers of JSON and of tensors stumble over.</summary>
internal static class HostileText
{
    private static readonly string[] s_numbers =
    [
        "0", "-0", "-1", "1", "2", "3", "7", "8", "24", "1024", "65536", "2147483647", "2147483648", "4294967295", "4294967296", "9007199254740993",
        "4611686018427387904", "9223372036854775800", "9223372036854775807", "9223372036854775808", "18446744073709551615",
        "18446744073709551616", "-9223372036854775808", "1.0", "8.5", "1e3", "1E400", "-1e-400", "01", "+1", "0x10", "NaN", "Infinity", "1_0",
        new string('9', 400), "1" + new string('0', 5000), "0." + new string('1', 3000),
    ];

    private static readonly string[] s_others =
    [
        "null", "true", "false", "{}", "[]", "[[]]", "{\"a\":1}", "", "\"", "\"\\", "\"\\u\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0000\"",
        "\"\u202Egpj\"", "\"\u00e9\"", "\"e\u0301\"", "\"\U0001F4A9\"", "\"\uFEFF\"", "\"a\tb\"", "\"\"", "\" \"", "'a'", "/*x*/1", "\"F32\"",
        "\"BF16\"", "\"F4\"", "\"F6_E2M3\"", "\"f32\"", "\"5\"", "\"U8,F32\"", "\"BOOL\"", "\"C64\"", "\"__metadata__\"", "\"weight_map\"",
        "\"silu\"", "\"mixtral\"", "\"" + new string('n', 20_000) + "\"",
    ];

    public static byte[] Number(Random random) => Encoding.UTF8.GetBytes(s_numbers[random.Next(s_numbers.Length)]);

    public static byte[] Any(Random random) => random.Next(4) switch
    {
        0 => Number(random),
        1 => [(byte)'"', .. RandomBytes(random, random.Next(1, 12)), (byte)'"'],
        _ => Encoding.UTF8.GetBytes(s_others[random.Next(s_others.Length)]),
    };

    public static byte[] RandomBytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
