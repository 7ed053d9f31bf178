namespace MoeGen.Checkpoints;

/// <summary>The families that can be read.</summary>
internal static class CheckpointFamilies
{
    private static readonly ICheckpointFamily[] s_known =
    [
        new MixtralFamily(), new PhimoeFamily(), new Qwen2MoeFamily(), new Qwen3MoeFamily(), new OlmoeFamily(), new DeepseekV2Family(),
        new DeepseekV3Family(), new GptOssFamily(), new GraniteMoeFamily(), new Llama4Family(),
    ];

    // Where models of several kinds of input keep the configuration of their text model.
    private static readonly string[] s_textSections = ["text_config", "llm_config", "language_config"];

    /// <summary>The family, and the configuration that has its sizes: the file's own or a section of it.</summary>
    public static (ICheckpointFamily Family, string ModelType, ModelConfig Config) Find(ModelConfig config)
    {
        string modelType = config.GetString("model_type");
        if (Find(modelType) is { } family)
        {
            return (family, modelType, config);
        }

        foreach (string key in s_textSections)
        {
            if (config.GetSection(key) is { } section && section.GetString("model_type", missing: "") is var inner && Find(inner) is { } textFamily)
            {
                return (textFamily, inner, section);
            }
        }

        throw config.Problem(
            "model_type", CheckpointException.Quote(modelType), $"known are {string.Join(", ", s_known.SelectMany(static known => known.ModelTypes))}");
    }

    private static ICheckpointFamily? Find(string modelType) => Array.Find(s_known, family => family.ModelTypes.Contains(modelType));
}
