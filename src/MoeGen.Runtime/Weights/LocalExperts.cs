namespace MoeGen;

/// <summary>
/// Which of all devices' experts this layer holds. Ids that callers give are global; weights, biases and per-expert constants
/// are local. An id whose expert lives elsewhere contributes nothing, and a token without a local expert gets a row of zeros.
/// </summary>
public sealed class LocalExperts
{
    private readonly int[]? _map;

    private LocalExperts(int numGlobalExperts, int first, int[]? map)
    {
        NumGlobalExperts = numGlobalExperts;
        First = first;
        _map = map;
    }

    /// <summary>Experts of all devices together; the width of router logits.</summary>
    public int NumGlobalExperts { get; }

    /// <summary>Global id of local expert 0 where the local ones are a range; 0 where there is a map.</summary>
    public int First { get; }

    /// <summary>Local id of each global id, or -1; empty where the local experts are a range.</summary>
    public ReadOnlyMemory<int> GlobalToLocal => _map;

    /// <summary>The experts <paramref name="first"/>, <paramref name="first"/> + 1 and so on, as many as the layer has weights of.</summary>
    /// <param name="first">Global id of local expert 0.</param>
    /// <param name="numGlobalExperts">Experts of all devices together, 1 to 1024.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static LocalExperts Range(int first, int numGlobalExperts)
    {
        CheckNumGlobal(numGlobalExperts, nameof(numGlobalExperts));
        if (first < 0 || first >= numGlobalExperts)
        {
            throw new ArgumentOutOfRangeException(nameof(first), first, $"first is {first}; allowed is 0 to {numGlobalExperts - 1} (numGlobalExperts is {numGlobalExperts}).");
        }

        return new LocalExperts(numGlobalExperts, first, null);
    }

    /// <summary>An arbitrary placement.</summary>
    /// <param name="globalToLocal">Local id of each global id, or any negative number where it lives elsewhere; 1 to 1024 entries. Copied.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of entries is not allowed.</exception>
    public static LocalExperts Map(ReadOnlySpan<int> globalToLocal)
    {
        CheckNumGlobal(globalToLocal.Length, nameof(globalToLocal));
        return new LocalExperts(globalToLocal.Length, 0, globalToLocal.ToArray());
    }

    /// <summary>The local id of a global one, or -1 where it is out of range or lives elsewhere.</summary>
    /// <param name="globalId">Any number.</param>
    /// <param name="numLocalExperts">Experts that the layer holds.</param>
    public int ToLocal(int globalId, int numLocalExperts)
    {
        if (globalId < 0 || globalId >= NumGlobalExperts)
        {
            return -1;
        }

        int local = _map is null ? globalId - First : _map[globalId];
        return local >= 0 && local < numLocalExperts ? local : -1;
    }

    /// <summary>Throws where the placement names experts that the layer does not hold.</summary>
    internal void CheckFits(int numLocalExperts, string name)
    {
        if (_map is null && First + numLocalExperts > NumGlobalExperts)
        {
            throw new ArgumentException(
                $"{name} starts at {First} of {NumGlobalExperts} global experts; the layer holds {numLocalExperts}, so first may be at most {NumGlobalExperts - numLocalExperts}.", name);
        }

        if (_map is not null && Array.FindIndex(_map, local => local >= numLocalExperts) is var wrong and >= 0)
        {
            throw new ArgumentException($"{name} maps expert {wrong} to {_map[wrong]}; the layer holds experts 0 to {numLocalExperts - 1}.", name);
        }
    }

    private static void CheckNumGlobal(int count, string name)
    {
        if (count is < 1 or > MoeShape.MaxNumExperts)
        {
            throw new ArgumentOutOfRangeException(name, count, $"{name}: {count} global experts; allowed is 1 to {MoeShape.MaxNumExperts}.");
        }
    }
}
