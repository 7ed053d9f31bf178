using MoeGen.Cli.Emit;
using MoeGen.Cli.Layers;

namespace MoeGen.Cli.Commands;

/// <summary>Which entries of a tuning table hold on this machine.</summary>
internal static class TuningInfo
{
    /// <param name="path">The table.</param>
    /// <param name="assembly">Its classes are those that entries may be about; null: this tool's.</param>
    /// <param name="gpus">The devices.</param>
    public static TuningReport Read(string path, string? assembly, IReadOnlyList<GpuReport> gpus)
    {
        TuningTable table = TuningTable.Load(path);
        HashSet<string> hashes = assembly is null
            ? [.. LayerCatalog.All.Concat(CodedCatalog.All).Select(kind => kind.TextHash)]
            : [.. EmbeddedSources.Read(assembly).Select(source => TunedChoices.Hash(source.Text))];
        return new TuningReport(path, table.Ignored.Length == 0 ? null : table.Ignored, [.. table.Entries.Select(entry => Read(entry))]);

        TuningEntryReport Read(TuningEntry entry)
        {
            string? problem = !hashes.Contains(entry.TextHash)
                    ? $"measured with a CUDA text ({entry.TextHash[..12]}...) that is none of {assembly ?? "this tool's classes; --assembly names another assembly"}"
                : gpus.Count == 0 ? "there is no GPU here to use it on"
                : !gpus.Any(gpu => gpu.ComputeCapability == entry.ComputeCapability && gpu.Multiprocessors == entry.MultiprocessorCount)
                    ? $"measured on compute capability {entry.ComputeCapability} with {entry.MultiprocessorCount} multiprocessors, as no GPU here has"
                : null;
            return new TuningEntryReport(
                entry.Layer, entry.Device, entry.ComputeCapability, entry.MultiprocessorCount, entry.NumExperts, entry.TopK, entry.HiddenSize, entry.IntermediateSize, entry.Points.Count, problem is null, problem);
        }
    }
}
