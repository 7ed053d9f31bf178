using MoeGen.Checkpoints;
using MoeGen.Cli.Layers;

namespace MoeGen.Cli.Blocks;

/// <summary>An opened checkpoint and the block that a request asks for.</summary>
internal sealed class LoadedBlock : IDisposable
{
    private readonly MoeCheckpoint _checkpoint;

    /// <exception cref="CheckpointException">The checkpoint or the layer is not what can be read.</exception>
    public LoadedBlock(BlockRequest request)
    {
        _checkpoint = MoeCheckpoint.Open(request.Folder);
        try
        {
            Block = _checkpoint.GetBlock(request.Layer ?? FirstWithExperts(request.Folder));
            Backend = request.Backend;
            Gpu = request.Gpu;
            Dtype = request.Dtype ?? (Backend == MoeBackend.Managed ? Dtype.FP32 : Block.StoredDtype == SafetensorsDtype.F16 ? Dtype.FP16 : Dtype.BF16);
            Expanding = LayerCatalog.Find(Dtype, Block.Activation, Block.Routing);
            Kind = LayerFormat.Of(Block) is { } format ? CodedCatalog.Find(Dtype, Block.Activation, Block.Routing, format) ?? Expanding : Expanding;
        }
        catch
        {
            _checkpoint.Dispose();
            throw;
        }
    }

    public MoeBlock Block { get; }

    public MoeBackend Backend { get; }

    public GpuAccess Gpu { get; }

    public Dtype Dtype { get; }

    /// <summary>The class that runs it; where weights are stored as codes, one that takes them where there is one.</summary>
    public LayerKind Kind { get; }

    /// <summary>The class that takes weights in the element type.</summary>
    public LayerKind Expanding { get; }

    public void Dispose() => _checkpoint.Dispose();

    private int FirstWithExperts(string folder)
    {
        int first = Enumerable.Range(0, _checkpoint.NumLayers).FirstOrDefault(_checkpoint.HasMoeBlock, -1);
        return first >= 0 ? first : throw new CheckpointException($"{folder}: none of the {_checkpoint.NumLayers} layers has experts; a layer with an MoE block is required.");
    }
}
