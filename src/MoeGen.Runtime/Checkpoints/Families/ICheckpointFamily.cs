namespace MoeGen.Checkpoints;

/// <summary>How one family of models describes and names its MoE blocks.</summary>
internal interface ICheckpointFamily
{
    /// <summary>config.json's model_type.</summary>
    string ModelType { get; }

    /// <summary>Reads the sizes and functions.</summary>
    MoeBlockConfig ReadConfig(ModelConfig config);

    /// <summary>The router's weight, [E, H].</summary>
    string RouterName(int layer);

    /// <summary>An expert's gate projection, [I, H].</summary>
    string GateName(int layer, int expert);

    /// <summary>An expert's up projection, [I, H].</summary>
    string UpName(int layer, int expert);

    /// <summary>An expert's down projection, [H, I].</summary>
    string DownName(int layer, int expert);
}
