using MoeGen.Gpu.Tests;
using Xunit;

namespace MoeGen.KernelEmulator.Tests;

/// <summary>Tiles of 32 rows: ragged sizes with several tiles an expert, and one expert for all tokens.</summary>
public sealed class Tiles32Tests
{
    [Fact]
    public void Tile32x64x32_agrees() =>
        TileCheck.Run<Tile32x64x32, BFloat16>((context, weights, tile) => new(context, weights, tile), Fc1Layout.GateUp);

    [Fact]
    public void Tile32x64x64_agrees() =>
        TileCheck.Run<Tile32x64x64, BFloat16>((context, weights, tile) => new(context, weights, tile), Fc1Layout.Plain);

    [Fact]
    public void Tile32x64x128_agrees() =>
        TileCheck.Run<Tile32x64x128, Half>((context, weights, tile) => new(context, weights, tile), Fc1Layout.Interleaved);

    [Fact]
    public void Tile32x128x32_agrees() =>
        TileCheck.Run<Tile32x128x32, Half>((context, weights, tile) => new(context, weights, tile), Fc1Layout.Plain);

    [Fact]
    public void Tile32x128x64_agrees() =>
        TileCheck.Run<Tile32x128x64, BFloat16>((context, weights, tile) => new(context, weights, tile), Fc1Layout.UpGate);

    [Fact]
    public void Tile32x128x128_agrees() =>
        TileCheck.Run<Tile32x128x128, BFloat16>((context, weights, tile) => new(context, weights, tile), Fc1Layout.Plain);

    [Fact]
    public void Tile32x256x32_agrees() =>
        TileCheck.Run<Tile32x256x32, Half>((context, weights, tile) => new(context, weights, tile), Fc1Layout.GateUp);

    [Fact]
    public void Tile32x256x64_agrees() =>
        TileCheck.Run<Tile32x256x64, Half>((context, weights, tile) => new(context, weights, tile), Fc1Layout.Plain);

    [Fact]
    public void Tile32x256x128_agrees() =>
        TileCheck.Run<Tile32x256x128, BFloat16>((context, weights, tile) => new(context, weights, tile), Fc1Layout.Interleaved);
}
