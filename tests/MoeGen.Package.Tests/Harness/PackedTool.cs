using MoeGen.Package.Tests.Harness;

[assembly: AssemblyFixture(typeof(PackedTool))]

namespace MoeGen.Package.Tests.Harness;

/// <summary>The package of the command line tool.</summary>
public sealed class PackedTool() : PackedPackage("src/MoeGen.Cli", "MoeGen.Cli");
