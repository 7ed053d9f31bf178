using CsCheck;

namespace MoeGen.Property.Tests;

/// <summary>Argument lists without regard for what is allowed: values out of range, options that do not fit together, code that does not compile.</summary>
internal static class WrongArguments
{
    private static readonly Gen<string> Tile = Gen.Frequency(
        (4, Gen.OneOf(Tiles.Texts)),
        (1, Gen.OneOf("256x256", "256x256x32", "128x256x128", "256x128x128", "16x64x128")),
        (3, Gen.Select(Number, Number, Number, Gen.Bool, (m, n, k, three) => three ? $"{m}x{n}x{k}" : $"{m}x{n}")),
        (2, Gen.OneOf(
            "", "x", "128", "128x", "x128", "128X128", "128 x 128", "+128x128", "0128x128", "128x128x64x2", "128x-64", "99999x99999", "100000x64",
            "999999999999999999999x64", "١٢٨x٦٤", "{0}x{1}", "%s", "\"", "\\", "\r\n", "\0", "*/", "//", "\"\"\"", "12\u200D8x64", "\uD83D\uDE00", new string('9', 5000))),
        (1, Gen.String));

    private static readonly Gen<int> Count = Gen.Frequency(
        (4, Gen.Int[1, 32]), (1, Gen.OneOf(0, -1, 1024, 1025, int.MaxValue, int.MinValue)), (1, Gen.Int));

    private static readonly Gen<int> Size = Gen.Frequency(
        (4, Gen.Int[1, 2048].Select(eighth => eighth * 8)), (1, Gen.OneOf(0, -8, 7, 12, 1 << 29, (1 << 29) + 8, int.MaxValue, int.MinValue)), (1, Gen.Int));

    private static readonly Gen<float> Constant = Gen.Frequency(
        (3, Gen.OneOf(1f, 0.5f, 7f)),
        (2, Gen.OneOf(0f, -0f, -1f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, float.MaxValue, float.MinValue)),
        (1, Gen.Float));

    private static readonly Gen<Argument> Broken = Gen.OneOf(
        new Argument("Tile", "5", null, false), new Argument("Stages", "\"3\"", null, false), new Argument("Dtype", "1", null, false),
        new Argument("Stages", "2.5", null, false), new Argument("SwigluAlpha", "1.5", null, false), new Argument("NumExperts", "Missing", null, false),
        new Argument("", "5", null, false), new Argument("", "Dtype.BF16", null, false), new Argument("Unknown", "1", null, false),
        new Argument("Tile", "new string('x', 3)", null, false), new Argument("HiddenSize", "checked(int.MaxValue + 1)", null, false),
        new Argument("TopK", "", null, false), new Argument("Tile", "\"64x64", null, false), new Argument("TopK", "1L << 40", null, false),
        new Argument("Stages", "default(int)) // (", null, false), new Argument("Tile", "nameof(", null, false));

    /// <summary>Each argument at most once, but for those that do not compile.</summary>
    public static Gen<Argument[]> Arguments { get; } = Gen.Select(
        Gen.Select(
            ArgumentGen.Maybe(ArgumentGen.Enum("Dtype", Members<Dtype>()), 1),
            ArgumentGen.Maybe(ArgumentGen.Enum("Activation", Members<Activation>()), 1),
            ArgumentGen.Maybe(ArgumentGen.Enum("Gemm", Members<Gemm>()), 4),
            ArgumentGen.Maybe(ArgumentGen.Enum("Routing", Members<RoutingMethod>()), 2),
            ArgumentGen.Maybe(Gen.Frequency((9, ArgumentGen.Text("Tile", Tile)), (1, Gen.Const(new Argument("Tile", "null", null)))), 2),
            ArgumentGen.Maybe(ArgumentGen.Int("Stages", Gen.Frequency((5, Gen.Int[2, 8]), (1, Gen.OneOf(0, 1, 9, -3, int.MaxValue)))), 3)),
        Gen.Select(
            ArgumentGen.Maybe(ArgumentGen.Float("SwigluAlpha", Constant), 4),
            ArgumentGen.Maybe(ArgumentGen.Float("SwigluBeta", Constant), 4),
            ArgumentGen.Maybe(ArgumentGen.Float("SwigluLimit", Constant), 3),
            ArgumentGen.Maybe(ArgumentGen.Int("NumExperts", Count), 2),
            ArgumentGen.Maybe(ArgumentGen.Int("TopK", Count), 2),
            ArgumentGen.Maybe(ArgumentGen.Int("HiddenSize", Size), 4),
            ArgumentGen.Maybe(ArgumentGen.Int("IntermediateSize", Size), 4)),
        ArgumentGen.Maybe(Broken, 12),
        Gen.Int[0, 11],
        (first, second, broken, drop) => (Argument[])
        [
            // One in twelve lacks its element type.
            .. new[] { drop == 1 ? null : first.Item1, first.Item2, first.Item3, first.Item4, first.Item5, first.Item6 }.OfType<Argument>(),
            .. new[] { second.Item1, second.Item2, second.Item3, second.Item4, second.Item5, second.Item6, second.Item7, broken }.OfType<Argument>(),
        ]);

    private static Gen<int> Number => Gen.Frequency((4, Gen.OneOf(16, 32, 64, 80, 128, 160, 256)), (1, Gen.Int[1, 300]));

    // The defined values, and now and then one beside them.
    private static Gen<T> Members<T>()
        where T : struct, Enum => Gen.Frequency(
            (9, Gen.OneOf(Enum.GetValues<T>())), (1, Gen.OneOf(-1, 99, int.MaxValue, int.MinValue).Select(value => (T)Enum.ToObject(typeof(T), value))));
}
