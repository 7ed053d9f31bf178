namespace MoeGen;

/// <summary>The best groups of a token's experts.</summary>
internal sealed class GroupRanking(int numExperts, int numGroups, int numSelected)
{
    private readonly float[] _scores = new float[numGroups];
    private readonly int[] _selected = new int[numSelected];
    private readonly ExpertRanking _ranking = new(numGroups);

    public int GroupSize { get; } = numExperts / numGroups;

    /// <summary>The groups, best first; a group scores the sum of its largest values, one or two of them.</summary>
    public ReadOnlySpan<int> Select(ReadOnlySpan<float> values, bool takesTwo)
    {
        for (int group = 0; group < _scores.Length; group++)
        {
            _scores[group] = Score(values.Slice(group * GroupSize, GroupSize), takesTwo);
        }

        _ranking.Take(_scores, _selected);
        return _selected;
    }

    // NaN ranks last inside a group too, and takes the group's score only where it is among its best.
    private static float Score(ReadOnlySpan<float> values, bool takesTwo)
    {
        float first = float.NaN;
        float second = float.NaN;
        foreach (float value in values)
        {
            if (value.CompareTo(first) > 0)
            {
                (first, second) = (value, first);
            }
            else if (value.CompareTo(second) > 0)
            {
                second = value;
            }
        }

        return takesTwo && values.Length > 1 ? first + second : first;
    }
}
