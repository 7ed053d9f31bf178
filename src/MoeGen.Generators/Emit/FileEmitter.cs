using MoeGen.Generators.Emit.CSharp;
using MoeGen.Generators.Emit.Cuda;
using MoeGen.Generators.Models;

namespace MoeGen.Generators.Emit;

/// <summary>From the model to the files of one class.</summary>
internal static class FileEmitter
{
    /// <summary>Emits as much as <see cref="MoeModel.Output"/> says.</summary>
    public static GeneratedFiles Emit(MoeModel model)
    {
        string hint = HintName.Of(model.Type);
        return model.Output switch
        {
            MoeOutput.Nothing => new GeneratedFiles(hint, null, null),
            MoeOutput.Cuda => new GeneratedFiles(hint, SurfaceFile.Emit(model), CudaFile.Emit(model, CudaText.Emit(model))),
            _ => new GeneratedFiles(hint, SurfaceFile.Emit(model), null),
        };
    }
}
