namespace MoeGen;

/// <summary>Why a call runs the variant that it runs.</summary>
public enum VariantReason
{
    /// <summary>The cost model: sizes and device properties.</summary>
    Model,

    /// <summary><see cref="MoeCudaOptions.TuningTable"/>: measured on such a device.</summary>
    Table,

    /// <summary><see cref="MoeCudaOptions.Variant"/> names it, or the class has no other.</summary>
    Named,
}
