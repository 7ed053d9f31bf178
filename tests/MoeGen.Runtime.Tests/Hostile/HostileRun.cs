using System.Globalization;
using Xunit;

namespace MoeGen.Tests;

/// <summary>
/// Runs numbered cases of damaged files. Each has a random source of its own, made of seed and number, so that one case can be run again
/// alone: MOEGEN_FUZZ_SEED and MOEGEN_FUZZ_CASE. A usual run takes the first few; MOEGEN_FULL_FUZZ=1 takes all.
/// </summary>
internal sealed class HostileRun
{
    private const int DefaultSeed = 20_261;
    
    // A case takes milliseconds; only one that waits for ever, for the writer of a pipe, is to be found, on however busy a machine.
    private static readonly TimeSpan s_hang = TimeSpan.FromMinutes(10);

    private readonly string _target;
    private readonly int _seed = Number("MOEGEN_FUZZ_SEED") ?? DefaultSeed;
    private readonly SortedDictionary<string, int> _results = new(StringComparer.Ordinal);
    private volatile int _current;

    private HostileRun(string target) => _target = target;

    private static bool IsFull => Environment.GetEnvironmentVariable("MOEGEN_FULL_FUZZ") == "1";

    /// <summary>Runs the cases; at least one of each result must have come about, or the run says nothing.</summary>
    /// <param name="target">Name used in messages.</param>
    /// <param name="usual">Cases of a usual run.</param>
    /// <param name="full">Cases of a full run.</param>
    /// <param name="results">Every result that cases are to have.</param>
    /// <param name="run">Runs one case with its random source and returns its result; throws where something is wrong.</param>
    public static void Run(string target, int usual, int full, string[] results, Func<Random, string> run)
    {
        var hostile = new HostileRun(target);
        int? only = Number("MOEGEN_FUZZ_CASE");
        int first = only ?? 0;
        int end = only + 1 ?? (IsFull ? full : usual);
        hostile.RunWatched(first, end, run);
        string counts = string.Join(", ", hostile._results.Select(result => $"{result.Value} {result.Key}"));
        TestContext.Current.TestOutputHelper?.WriteLine($"{target}: {end - first} cases of seed {hostile._seed}: {counts}");
        if (only is null)
        {
            Assert.Equal(results.Order(StringComparer.Ordinal), hostile._results.Keys);
        }
    }

    private void RunWatched(int first, int end, Func<Random, string> run)
    {
        Exception? failure = null;
        var worker = new Thread(() =>
        {
            try
            {
                for (_current = first; _current < end; _current++)
                {
                    string result = run(new Random(unchecked((_seed * 1_000_003) + _current)));
                    _results[result] = _results.GetValueOrDefault(result) + 1;
                }
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        }) { IsBackground = true };
        worker.Start();
        for (int before = -1; !worker.Join(s_hang);)
        {
            int now = _current;
            Assert.True(now != before, $"{Describe(now)} has run for {s_hang.TotalSeconds} s.");
            before = now;
        }

        if (failure is not null)
        {
            Assert.Fail($"{Describe(_current)}: {failure}");
        }
    }

    private string Describe(int number) =>
        $"{_target}, seed {_seed}, case {number} (again alone: MOEGEN_FUZZ_SEED={_seed} MOEGEN_FUZZ_CASE={number})";

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
