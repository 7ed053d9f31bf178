using System.Runtime.InteropServices;
using System.Text.Json;

namespace MoeGen.Benchmarks;

/// <summary>A folder through which rivals get the points and the very expert ids that our layer was timed with.</summary>
internal sealed class RivalFiles : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("moegen-rivals-").FullName;

    /// <param name="results">Where results are kept; made here, so that a wrong name is an error before hours of work.</param>
    public RivalFiles(string? results)
    {
        if (results is not null)
        {
            Directory.CreateDirectory(results);
        }
    }

    /// <summary>Writes a point's ids.</summary>
    public RivalPoint Write(ColdCalls calls, int copies)
    {
        BenchmarkPoint point = calls.Point;
        string name = $"{point.Model.Name}-{point.Tokens}-{point.Routing}.ids";
        using FileStream file = File.Create(Path.Combine(_folder, name));
        foreach (int[] ids in calls.Ids)
        {
            file.Write(MemoryMarshal.AsBytes<int>(ids));
        }

        return new RivalPoint(point.Model, point.Tokens, point.Routing, copies, calls.Ids.Count, name);
    }

    /// <summary>Writes the list of points; returns its path.</summary>
    public string WritePoints(IReadOnlyList<RivalPoint> points)
    {
        string path = Path.Combine(_folder, "points.json");
        File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(points, ReportJson.Default.IReadOnlyListRivalPoint));
        return path;
    }

    /// <summary>Where a rival writes its rows, one JSON object a line.</summary>
    public string RowsOf(string rival) => Path.Combine(_folder, rival + ".jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
