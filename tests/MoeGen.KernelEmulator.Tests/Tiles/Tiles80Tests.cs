using MoeGen.Gpu.Tests;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Tiles of 80 and 160 rows, five fragments a warp: ragged sizes with several tiles an expert, and one expert for all tokens.</summary>
public sealed class Tiles80Tests
{
    [Fact]
    public void Tile80x64x64_agrees() =>
        TileCheck.Run<Tile80x64x64, Half>((context, weights, tile) => new(context, weights, tile), Fc1Layout.GateUp);

    [Fact]
    public void Tile80x128x32_agrees() =>
        TileCheck.Run<Tile80x128x32, BFloat16>((context, weights, tile) => new(context, weights, tile), Fc1Layout.Plain);

    [Fact]
    public void Tile80x128x128_agrees() =>
        TileCheck.Run<Tile80x128x128, Half>((context, weights, tile) => new(context, weights, tile), Fc1Layout.Interleaved);

    [Fact]
    public void Tile80x256x64_agrees() =>
        TileCheck.Run<Tile80x256x64, BFloat16>((context, weights, tile) => new(context, weights, tile), Fc1Layout.UpGate);

    [Fact]
    public void Tile160x64x32_agrees() =>
        TileCheck.Run<Tile160x64x32, BFloat16>((context, weights, tile) => new(context, weights, tile), Fc1Layout.GateUp);

    [Fact]
    public void Tile160x128x128_agrees() =>
        TileCheck.Run<Tile160x128x128, Half>((context, weights, tile) => new(context, weights, tile), Fc1Layout.Plain);
}
