using System.Globalization;

namespace MoeGen.Property.Tests;

/// <summary>
/// How many cases are run. Case i of a property is the same on every machine and in every run: <c>dotnet test</c> takes the
/// first few, <c>MOEGEN_FULL_PROPERTIES=1</c> many more.
/// </summary>
internal static class Budget
{
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("MOEGEN_FULL_PROPERTIES") == "1";

    /// <summary>Declarations through generator and compiler.</summary>
    public static int Declarations { get; } = Count("MOEGEN_PROPERTY_DECLARATIONS", few: 150, many: 4000);

    /// <summary>Layers that are run on the managed backend.</summary>
    public static int Managed { get; } = Count("MOEGEN_PROPERTY_MANAGED", few: 40, many: 2500);

    /// <summary>Layers whose kernels are compiled for the host and run on the emulated device.</summary>
    public static int Emulated { get; } = Count("MOEGEN_PROPERTY_EMULATED", few: 5, many: 200);

    /// <summary>Calls of each layer on the managed backend.</summary>
    public static int ManagedCalls { get; } = Count("MOEGEN_PROPERTY_MANAGED_CALLS", few: 4, many: 4);

    /// <summary>Calls of each layer on the emulated device: its kernels are compiled once for all of them.</summary>
    public static int EmulatedCalls { get; } = Count("MOEGEN_PROPERTY_EMULATED_CALLS", few: 6, many: 10);

    /// <summary>The first case; another number gives other cases.</summary>
    public static int First { get; } = Count("MOEGEN_PROPERTY_FIRST", few: 0, many: 0);

    private static int Count(string variable, int few, int many) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int given) ? given
        : IsFull ? many : few;
}
