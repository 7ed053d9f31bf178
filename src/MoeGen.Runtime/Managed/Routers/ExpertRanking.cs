namespace MoeGen;

/// <summary>Experts in order: larger value first, NaN last, then the lower id; +0 and -0 are equal.</summary>
internal sealed class ExpertRanking(int numExperts)
{
    private readonly Ranked[] _ranked = new Ranked[numExperts];

    /// <summary>The first experts of the order.</summary>
    /// <param name="values">One a candidate.</param>
    /// <param name="ids">Written; at most as many as there are values.</param>
    public void Take(ReadOnlySpan<float> values, Span<int> ids)
    {
        for (int expert = 0; expert < values.Length; expert++)
        {
            _ranked[expert] = new Ranked(values[expert], expert);
        }

        Take(values.Length, ids);
    }

    /// <summary>The first experts of the order among those of some groups.</summary>
    public void TakeFromGroups(ReadOnlySpan<float> values, ReadOnlySpan<int> groups, int groupSize, Span<int> ids)
    {
        int count = 0;
        foreach (int group in groups)
        {
            for (int expert = group * groupSize; expert < (group + 1) * groupSize; expert++)
            {
                _ranked[count++] = new Ranked(values[expert], expert);
            }
        }

        Take(count, ids);
    }

    private void Take(int count, Span<int> ids)
    {
        Array.Sort(_ranked, 0, count);
        for (int k = 0; k < ids.Length; k++)
        {
            ids[k] = _ranked[k].Expert;
        }
    }

    private readonly record struct Ranked(float Value, int Expert) : IComparable<Ranked>
    {
        public int CompareTo(Ranked other)
        {
            int order = other.Value.CompareTo(Value);
            return order != 0 ? order : Expert.CompareTo(other.Expert);
        }
    }
}
