using System.Text.RegularExpressions;

namespace MoeGen;

/// <summary>What the values of a table must satisfy, whoever wrote it.</summary>
internal static partial class TuningChecks
{
    private const int MaxEntries = 4096, MaxPoints = 4096, MaxNameLength = 1024;

    public static void Check(IReadOnlyList<TuningEntry> entries, string origin)
    {
        Require(entries.Count <= MaxEntries, origin, "entries", $"{entries.Count} of them", $"at most {MaxEntries}");
        var known = new HashSet<(string, int, string, int, int, int, int)>();
        for (int i = 0; i < entries.Count; i++)
        {
            TuningEntry entry = entries[i] ?? throw new TuningException($"{origin}: entries[{i}] is null.");
            Check(entry, origin, $"entries[{i}]");
            bool isNew = known.Add((
                entry.ComputeCapability, entry.MultiprocessorCount, entry.TextHash, entry.NumExperts, entry.TopK, entry.HiddenSize, entry.IntermediateSize));
            Require(isNew, origin, $"entries[{i}]", "about the same layer and device as an earlier one", "one for each");
        }
    }

    private static void Check(TuningEntry entry, string origin, string place)
    {
        RequireName(entry.Layer, origin, place + ".layer");
        RequireName(entry.Device, origin, place + ".device");
        Require(entry.ComputeCapability is { } capability && Capability().IsMatch(capability), origin, place + ".computeCapability", $"'{Shorten(entry.ComputeCapability)}'", "a compute capability such as 9.0");
        Require(entry.TextHash is { } hash && Sha256().IsMatch(hash), origin, place + ".textHash", $"'{Shorten(entry.TextHash)}'", "64 lower-case hex digits");
        RequireRange(entry.MultiprocessorCount, 1, 65536, origin, place + ".multiprocessorCount");
        RequireRange(entry.TopK, 1, MoeShape.MaxTopK, origin, place + ".topK");
        try
        {
            _ = new MoeShape(entry.NumExperts, entry.HiddenSize, entry.IntermediateSize);
        }
        catch (ArgumentOutOfRangeException problem)
        {
            throw new TuningException($"{origin}: {place}: {problem.Message}", problem);
        }

        IReadOnlyList<TuningPoint> points = entry.Points ?? [];
        RequireRange(points.Count, 1, MaxPoints, origin, place + ".points");
        for (int i = 0; i < points.Count; i++)
        {
            string point = $"{place}.points[{i}]";
            Require(points[i] is not null, origin, point, "null", "a point");
            RequireRange(points[i].NumTokens, i == 0 ? 1 : points[i - 1].NumTokens + 1L, int.MaxValue, origin, point + ".numTokens");
            RequireName(points[i].Variant, origin, point + ".variant");
            Require(points[i].Microseconds is >= 0 and < double.PositiveInfinity, origin, point + ".microseconds", $"{points[i].Microseconds}", "0 or more");
        }
    }

    private static void RequireName(string? name, string origin, string place) =>
        Require(name is { Length: > 0 and <= MaxNameLength }, origin, place, $"'{Shorten(name)}'", $"1 to {MaxNameLength} characters");

    private static void RequireRange(long value, long least, long most, string origin, string place) =>
        Require(value >= least && value <= most, origin, place, $"{value}", $"{least} to {most}");

    private static void Require(bool holds, string origin, string place, string found, string allowed)
    {
        if (!holds)
        {
            throw new TuningException($"{origin}: {place} is {found}; allowed is {allowed}.");
        }
    }

    private static string Shorten(string? text) => text is { Length: > 40 } ? text[..40] + "..." : text ?? "null";

    [GeneratedRegex(@"\A[0-9]{1,3}\.[0-9]{1,2}\z")]
    private static partial Regex Capability();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z")]
    private static partial Regex Sha256();
}
