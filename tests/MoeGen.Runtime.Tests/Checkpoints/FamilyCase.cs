using MoeGen.Checkpoints;

namespace MoeGen.Tests;

/// <summary>A tiny checkpoint of one family in that family's tensor form, and the same block as plain numbers.</summary>
internal sealed class FamilyCase
{
    private readonly Random _random = new(11);
    private readonly SafetensorsDtype _dtype;

    public FamilyCase(PlainBlock block, string config, SafetensorsDtype dtype, RoutingMethod routing, RouterOptions? options = null)
    {
        Block = block;
        _dtype = dtype;
        Routing = routing;
        Options = options ?? RouterOptions.Default;
        Checkpoint = new TinyCheckpoint { Config = "{\"hidden_act\":\"silu\",\"num_hidden_layers\":2," + config + "}" };
        block.Router = Numbers(block.Experts * block.Hidden, 1);
        for (int e = 0; e < block.Experts; e++)
        {
            block.Mlps.Add(Mlp(block.Intermediate));
        }

        block.Shared = block.SharedWidth == 0 ? null : Mlp(block.SharedWidth);
    }

    public PlainBlock Block { get; }

    public RoutingMethod Routing { get; }

    public RouterOptions Options { get; }

    public TinyCheckpoint Checkpoint { get; }

    /// <summary>Numbers that are exact in BF16, F16 and F32.</summary>
    public float[] Numbers(int count, double scale) => [.. Enumerable.Range(0, count).Select(_ => (float)Math.Round((_random.NextDouble() - 0.5) * scale * 128) / 128)];

    public void Add(string name, int[] shape, float[] values) => Checkpoint.Add(name, _dtype, shape, values);

    /// <summary>NAME.gate, NAME.up and NAME.down, each a tensor.</summary>
    public void AddMlp((float[] Gate, float[] Up, float[] Down) mlp, int width, string gate, string up, string down)
    {
        Add(gate + ".weight", [width, Block.Hidden], mlp.Gate);
        Add(up + ".weight", [width, Block.Hidden], mlp.Up);
        Add(down + ".weight", [Block.Hidden, width], mlp.Down);
    }

    public void AddMlp((float[] Gate, float[] Up, float[] Down) mlp, int width, string name) =>
        AddMlp(mlp, width, $"{name}.gate_proj", $"{name}.up_proj", $"{name}.down_proj");

    public void AddPerExpert(string name, string gate = "gate_proj", string up = "up_proj", string down = "down_proj")
    {
        for (int e = 0; e < Block.Experts; e++)
        {
            AddMlp(Block.Mlps[e], Block.Intermediate, $"{name}.{e}.{gate}", $"{name}.{e}.{up}", $"{name}.{e}.{down}");
        }
    }

    /// <summary>fc1 of all experts, gate above up.</summary>
    public float[] GateUp() => [.. Block.Mlps.SelectMany(mlp => mlp.Gate.Concat(mlp.Up))];

    /// <summary>fc1 of all experts, gate and up row by row.</summary>
    public float[] Interleaved() => [.. Block.Mlps.SelectMany(mlp => mlp.Gate.Chunk(Block.Hidden).Zip(mlp.Up.Chunk(Block.Hidden)).SelectMany(rows => rows.First.Concat(rows.Second)))];

    public float[] Down() => [.. Block.Mlps.SelectMany(mlp => mlp.Down)];

    /// <summary>[E, rows, columns] -> [E, columns, rows].</summary>
    public static float[] Transposed(float[] values, int rows, int columns)
    {
        var transposed = new float[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            (int e, int row, int column) = (i / (rows * columns), i / columns % rows, i % columns);
            transposed[(((e * columns) + column) * rows) + row] = values[i];
        }

        return transposed;
    }

    private (float[] Gate, float[] Up, float[] Down) Mlp(int width) => (
        Numbers(width * Block.Hidden, 0.8), Numbers(width * Block.Hidden, 0.8), Numbers(width * Block.Hidden, 0.8));
}
