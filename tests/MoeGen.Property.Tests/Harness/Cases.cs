using CsCheck;

namespace MoeGen.Property.Tests;

/// <summary>Runs a property on generated cases; a case that fails is made smaller by CsCheck and printed as a test.</summary>
internal static class Cases
{
    /// <summary>Case number <paramref name="index"/> of a generator, and the seed with which CsCheck makes it again.</summary>
    public static (T Value, string Seed) Get<T>(Gen<T> cases, int index)
    {
        var random = new PCG((uint)index, 0x9E3779B97F4A7C15UL * ((ulong)index + 1));
        string seed = random.ToString();
        return (cases.Generate(random, null, out _), seed);
    }

    /// <summary>Runs the cases <see cref="Budget.First"/> and following.</summary>
    /// <param name="cases">Makes them.</param>
    /// <param name="count">How many.</param>
    /// <param name="property">Throws where a case is wrong.</param>
    /// <param name="print">The case as the text of a test.</param>
    /// <param name="shrinkSeconds">How long smaller cases are looked for.</param>
    public static void Check<T>(Gen<T> cases, int count, Action<T> property, Func<T, string> print, int shrinkSeconds = 20)
    {
        for (int index = Budget.First; index < Budget.First + count; index++)
        {
            (T value, string seed) = Get(cases, index);
            try
            {
                property(value);
            }
            catch (Exception failure)
            {
                throw new PropertyException(Describe(cases, index, value, seed, failure, property, print, shrinkSeconds), failure);
            }
        }
    }

    private static string Describe<T>(
        Gen<T> cases, int index, T value, string seed, Exception failure, Action<T> property, Func<T, string> print, int shrinkSeconds)
    {
        try
        {
            // CsCheck begins with the case that failed and goes on to smaller ones only.
            cases.Sample(property, seed: seed, time: shrinkSeconds, threads: 1, print: print);
        }
        catch (CsCheckException smaller)
        {
            return $"Case {index} failed (CsCheck seed {seed}). The smallest case found:\n{smaller.Message}\n{smaller.InnerException?.Message}";
        }

        return $"Case {index} failed (CsCheck seed {seed}), but not when it was run again:\n{print(value)}\n{failure.Message}";
    }
}
