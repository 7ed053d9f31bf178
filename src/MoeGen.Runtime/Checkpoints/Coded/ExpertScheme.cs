namespace MoeGen.Checkpoints;

/// <summary>The one form of all experts' codes.</summary>
/// <param name="Format">How a weight is coded.</param>
/// <param name="GroupSize">Elements along a row that share a scale; where the file's groups are larger, a part of them; 0 for whole rows of 8 bits.</param>
/// <param name="HasZeroPoints">Whether zero points are stored.</param>
internal sealed record ExpertScheme(WeightFormat Format, int GroupSize, bool HasZeroPoints)
{
    /// <summary>Finds it, or says why there is none.</summary>
    public static (ExpertScheme? Scheme, string Problem) Find(MoeBlockTensors tensors)
    {
        ICodedMatrix? first = null;
        int group = 128;
        foreach (StoredMatrix stored in tensors.Experts.SelectMany(static expert => expert.Parts).Select(static part => part.Source))
        {
            if (stored is not ICodedMatrix coded)
            {
                return (null, $"tensor {stored.Tensor} is not quantised in integers or MXFP4; required is one scheme for all experts, shared ones too. LoadWeights loads every form");
            }

            first ??= coded;
            if ((coded.Format, coded.HasZeroPoints) != (first.Format, first.HasZeroPoints))
            {
                return (null, $"tensor {stored.Tensor} is {coded.Format}; required is one scheme for all experts, that of the first: {first.Format}");
            }

            if (coded.Format == WeightFormat.Int8PerChannel && coded.StoredGroup != stored.Columns)
            {
                return (null, $"tensor {stored.Tensor} has groups of {coded.StoredGroup}; allowed with 8 bits is one scale for a row. LoadWeights loads every form");
            }

            while (coded.Format == WeightFormat.Int4Group && group >= 32 && coded.StoredGroup % group != 0)
            {
                group /= 2;
            }

            if (group < 32)
            {
                return (null, $"tensor {stored.Tensor} has groups of {coded.StoredGroup}; allowed with 4 bits are multiples of 32. LoadWeights loads every form");
            }
        }

        return first is null ? (null, "the layer has no experts") : (new ExpertScheme(first.Format, GroupOf(first.Format, group), first.HasZeroPoints), "");
    }

    private static int GroupOf(WeightFormat format, int group) => format switch
    {
        WeightFormat.Int4Group => group,
        WeightFormat.Mxfp4 => Mxfp4Elements.BlockValues,
        _ => 0,
    };
}
