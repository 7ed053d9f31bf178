namespace MoeGen.Generators.Validation;

/// <summary>Ids of the rules; never reused.</summary>
internal static class RuleIds
{
    /// <summary>Dtype is not stated.</summary>
    public const string DtypeRequired = "MOE001";

    /// <summary>An enum value that is not defined.</summary>
    public const string UndefinedValue = "MOE002";

    /// <summary>A tile that is not of the form MxN or MxNxK.</summary>
    public const string MalformedTile = "MOE003";

    /// <summary>A tile with a size that no warp layout covers.</summary>
    public const string UnsupportedTileSize = "MOE004";

    /// <summary>Fewer than 2 or more than 8 stages.</summary>
    public const string StagesOutOfRange = "MOE005";

    /// <summary>Tile and stages beyond the shared memory of a block.</summary>
    public const string SharedMemoryExceeded = "MOE006";

    /// <summary>A tile beyond the register file.</summary>
    public const string RegistersExceeded = "MOE007";

    /// <summary>The class is not partial.</summary>
    public const string NotPartial = "MOE008";

    /// <summary>A type around the class is not partial.</summary>
    public const string ContainerNotPartial = "MOE009";

    /// <summary>A kind of type that cannot be a layer.</summary>
    public const string UnsupportedForm = "MOE010";

    /// <summary>The class has a base class already.</summary>
    public const string BaseClassTaken = "MOE011";

    /// <summary>An option that changes nothing in this configuration.</summary>
    public const string OptionWithoutEffect = "MOE012";

    /// <summary>Fewer than 1 or more than 1024 experts.</summary>
    public const string NumExpertsOutOfRange = "MOE013";

    /// <summary>Fewer than 1 or more than 32 experts per token, or with the sparse mixer other than 2.</summary>
    public const string TopKOutOfRange = "MOE014";

    /// <summary>More experts per token than experts in a layer that routes.</summary>
    public const string TopKExceedsNumExperts = "MOE015";

    /// <summary>A hidden or intermediate size that is not a positive multiple of 8 within 2^29.</summary>
    public const string UnsupportedSize = "MOE016";

    /// <summary>A constant of the activation that is not finite, or a limit that is not positive.</summary>
    public const string UnsupportedConstant = "MOE017";

    /// <summary>Gemm = Custom without a method that multiplies.</summary>
    public const string CustomGemmMissing = "MOE018";

    /// <summary>A method Gemm1 or Gemm2 that does not implement the declared one.</summary>
    public const string GemmSignature = "MOE019";

    /// <summary>A pinned tile beyond the shared memory of some GPUs. A warning.</summary>
    public const string TileNotPortable = "MOE020";

    /// <summary>A pinned tile of which a large part is padding at a stated size. An information.</summary>
    public const string Padding = "MOE021";

    /// <summary>What was planned. An information.</summary>
    public const string Plan = "MOE022";

    /// <summary>A member of the class with the name of a generated one.</summary>
    public const string MemberNameTaken = "MOE023";

    /// <summary>A value that cannot go with another option's.</summary>
    public const string UnsupportedCombination = "MOE024";
}
