using CsCheck;

namespace MoeGen.Property.Tests;

/// <summary>Declarations: right ones, any, and right ones that are quick to compile and run.</summary>
internal static class DeclarationGen
{
    private static readonly Gen<int> Small = Gen.OneOf(8, 24, 40, 72, 136);
    private static readonly Gen<int> Few = Gen.Frequency((3, Gen.Int[1, 5]), (1, Gen.Int[1, 20]));

    // The sparse mixer takes two experts only, and Llama-4's scales belong to the input: tests of their own run them.
    private static readonly RoutingMethod[] Routings =
        [.. Enum.GetValues<RoutingMethod>().Except([RoutingMethod.SparseMixer, RoutingMethod.TopKSigmoidInput])];

    /// <summary>Right and wrong ones, about half and half.</summary>
    public static Gen<Declaration> Any { get; } = Gen.OneOf<Declaration>(
        Valid(Gen.OneOf(Dtype.BF16, Dtype.FP16, Dtype.FP32), AnyGemm, AnyTile, Gen.Int[1, 1024], Gen.Int[1, 1 << 26].Select(eighth => eighth * 8)),
        Gen.Select(WrongArguments.Arguments, ClassFormGen.Any, (arguments, form) => new Declaration(arguments, form)),
        Gen.Select(WrongArguments.Arguments, (Gen<ClassForm>)Gen.Const(new ClassForm()), (arguments, form) => new Declaration(arguments, form)));

    /// <summary>Layers of few experts and short rows; with FP32 and without a tile, since nothing is compiled for the host.</summary>
    public static Gen<Declaration> Managed { get; } = Runnable(Valid(Gen.OneOf(Dtype.BF16, Dtype.FP16, Dtype.FP32), AnyGemm, AnyTile, Few, Small));

    /// <summary>Layers with kernels of one tile, and without cuBLAS.</summary>
    public static Gen<Declaration> Emulated { get; } = Runnable(Valid(Gen.OneOf(Dtype.BF16, Dtype.FP16), Gen.OneOf(Gemm.TensorCore, Gemm.Custom), OneTile, Few, Small));

    private static Gen<Gemm> AnyGemm => Gen.OneOf(Enum.GetValues<Gemm>());

    private static Gen<Argument?> AnyTile => ArgumentGen.Maybe(ArgumentGen.Text("Tile", Gen.OneOf(Tiles.Texts)), 2);

    private static Gen<Argument?> OneTile => ArgumentGen.Text("Tile", Gen.OneOf(Tiles.Texts)).Select(argument => (Argument?)argument);

    // An abstract class has no objects; some names are those of generated members.
    private static Gen<Declaration> Runnable(Gen<Declaration> declarations) => declarations.Select(declaration => declaration with
    {
        Class = declaration.Class with
        {
            Modifiers = declaration.Class.Modifiers.Replace("abstract", "sealed", StringComparison.Ordinal),
            Name = declaration.Class.Name + (ExpectedIds.Of(declaration).Count > 0 ? "Layer" : ""),
        },
    });

    private static Gen<Declaration> Valid(Gen<Dtype> dtypes, Gen<Gemm> gemms, Gen<Argument?> tiles, Gen<int> experts, Gen<int> sizes) =>
        from dtype in ArgumentGen.Enum("Dtype", dtypes)
        let isFp32 = dtype.Value is (int)Dtype.FP32
        from gemm in isFp32 ? Nothing : ArgumentGen.Maybe(ArgumentGen.Enum("Gemm", gemms), 4)
        let hasTiles = !isFp32 && gemm?.Value is not (int)Gemm.Cublas
        from tile in hasTiles ? tiles : Nothing
        from stages in hasTiles ? ArgumentGen.Maybe(ArgumentGen.Int("Stages", Gen.Int[2, Tiles.MostStages(tile?.Value as string)]), 3) : Nothing
        from activation in ArgumentGen.Maybe(ArgumentGen.Enum("Activation", Gen.OneOf(Enum.GetValues<Activation>())), 1)
        let function = (Activation)(activation?.Value as int? ?? 0)
        from constants in Gen.Select(
            function.HasAlphaAndBeta() ? ArgumentGen.Maybe(ArgumentGen.Float("SwigluAlpha", Gen.OneOf(1.702f, 1f, 0.5f, 0f, -1f)), 2) : Nothing,
            function.HasAlphaAndBeta() ? ArgumentGen.Maybe(ArgumentGen.Float("SwigluBeta", Gen.OneOf(1f, 0f, -0.5f, 2f)), 2) : Nothing,
            function.HasLimit() ? ArgumentGen.Maybe(ArgumentGen.Float("SwigluLimit", Gen.OneOf(7f, 1.5f, 0.75f, 1e30f)), 2) : Nothing)
        from routing in ArgumentGen.Maybe(ArgumentGen.Enum("Routing", Gen.OneOf(Routings)), 2)
        from numExperts in ArgumentGen.Maybe(ArgumentGen.Int("NumExperts", experts), 3)
        let mostTopK = routing?.Value is not (null or 0) && numExperts?.Value is int stated ? Math.Min(stated, 8) : 8
        from shape in Gen.Select(
            ArgumentGen.Maybe(ArgumentGen.Int("TopK", Gen.Int[1, mostTopK]), 3),
            ArgumentGen.Maybe(ArgumentGen.Int("HiddenSize", sizes), 3),
            ArgumentGen.Maybe(ArgumentGen.Int("IntermediateSize", sizes), 3))
        from rotation in Gen.Int[0, 11]
        from form in ClassFormGen.Valid
        // Beside both GEMMs of its own, a class has no tile to state.
        from own in Gen.Int[1, tile is null && stages is null ? 3 : 2]
        select new Declaration(
            Order([dtype, gemm, tile, stages, activation, constants.Item1, constants.Item2, constants.Item3, routing, numExperts, shape.Item1, shape.Item2, shape.Item3], rotation),
            form with { OwnGemms = gemm?.Value is (int)Gemm.Custom ? own : 0 });

    private static Gen<Argument?> Nothing => Gen.Const(default(Argument));

    // Named arguments may stand in any order.
    private static Argument[] Order(Argument?[] arguments, int rotation) =>
        [.. arguments.Skip(rotation).Concat(arguments.Take(rotation)).OfType<Argument>()];
}
