using MoeGen.Generators.Models;
using MoeGen.Generators.Planning;

namespace MoeGen.Generators.Tests.Harness;

/// <summary>Models without a compiler: everything behind parsing is a pure function.</summary>
internal static class Samples
{
    public static MoeModel Model(MoeSettings settings) => MoePlanner.Plan(
        new MoeDeclaration(new TypeModel("Samples", "Layer", "Samples.Layer", default, ClassForm.Partial, null), settings));
}
