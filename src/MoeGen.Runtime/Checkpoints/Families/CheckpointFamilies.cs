namespace MoeGen.Checkpoints;

/// <summary>The families that can be read.</summary>
internal static class CheckpointFamilies
{
    private static readonly ICheckpointFamily[] s_known = [new MixtralFamily(), new Qwen3MoeFamily()];

    public static ICheckpointFamily Find(ModelConfig config)
    {
        string modelType = config.GetString("model_type");
        return Array.Find(s_known, family => family.ModelType == modelType)
            ?? throw new CheckpointException(
                $"{config.Path}: model_type is {CheckpointException.Quote(modelType)}; known are {string.Join(", ", s_known.Select(static f => f.ModelType))}.");
    }
}
