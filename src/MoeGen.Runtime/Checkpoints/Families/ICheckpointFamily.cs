namespace MoeGen.Checkpoints;

/// <summary>How one family of models describes and names its MoE blocks. To add one: write a class, and list it in <see cref="CheckpointFamilies"/>.</summary>
internal interface ICheckpointFamily
{
    /// <summary>The model_type values of config.json that it is for.</summary>
    IReadOnlyList<string> ModelTypes { get; }

    /// <summary>How single experts are named: as they are stored, or where they are stacked, as they are when they are quantised.</summary>
    ExpertNames Names => ExpertNames.Default;

    /// <summary>Reads the sizes, the router's numbers, the function, and which layers have experts.</summary>
    MoeBlockConfig ReadConfig(ModelConfig config);

    /// <summary>Finds a layer's tensors in their forms and checks them against the sizes.</summary>
    MoeBlockTensors FindTensors(LayerTensors tensors, MoeBlockConfig config);
}
