namespace MoeGen.Generators.Tests.Rules;

/// <summary>Tile and stages, by themselves and together.</summary>
public sealed class TileRuleTests
{
    private const string Grammar = "write for instance \"128x128\" or \"64x128x64\", rows x accumulator columns x depth of a stage";

    [Theory]
    [InlineData("", "found no 'x' between numbers")]
    [InlineData("128", "found no 'x' between numbers")]
    [InlineData("128x", "found nothing for N")]
    [InlineData("x128", "found nothing for M")]
    [InlineData("128x128x", "found nothing for K")]
    [InlineData("128x128x64x2", "found 4 parts")]
    [InlineData("128X128", "found no 'x' between numbers")]
    [InlineData("128 x 128", "found '128 ' for M")]
    [InlineData("-16x128", "found '-16' for M")]
    [InlineData("0128x128", "found '0128' for M")]
    [InlineData("128x1e2", "found '1e2' for N")]
    [InlineData("128x99999999999", "found '99999999999' for N")]
    [InlineData("١٢٨x128", "found '١٢٨' for M")]
    public void Malformed(string tile, string problem) => Tile(
        "MOE003", tile, $"Tile \"{tile}\" is not of the form \"MxN\" or \"MxNxK\": {problem}; {Grammar}");

    [Theory]
    [InlineData("8x128", "M = 8; allowed are 16, 32, 64, 80, 128, 160, 256, because an mma instruction multiplies 16 rows (m16n8k16) and a warp takes 16, 32, 64 or 80 of them")]
    [InlineData("48x128", "M = 48; allowed are 16, 32, 64, 80, 128, 160, 256, because an mma instruction multiplies 16 rows (m16n8k16) and a warp takes 16, 32, 64 or 80 of them")]
    [InlineData("128x32", "N = 32; allowed are 64, 128, 256, because an mma instruction makes 8 accumulator columns (m16n8k16) and a warp takes 32 or 64 of them")]
    [InlineData("128x512", "N = 512; allowed are 64, 128, 256, because an mma instruction makes 8 accumulator columns (m16n8k16) and a warp takes 32 or 64 of them")]
    [InlineData("128x128x16", "K = 16; allowed are 32, 64, 128, because an mma instruction takes 16 elements of depth (m16n8k16) and a row of a stage is 64, 128 or 256 bytes")]
    [InlineData("16x64x128", "K = 128; allowed are 32, 64, because the two warps of this tile copy less than 8 rows of 256 bytes at once, after which the layout of shared memory repeats")]
    [InlineData("160x64x128", "K = 128; allowed are 32, 64, because the rows that a thread of this tile copies would take more registers than it has")]
    public void Unsupported_size(string tile, string message) => Tile("MOE004", tile, $"Tile \"{tile}\" has {message}");

    [Fact]
    public void Every_unsupported_size_is_reported() => ArgumentRuleTests.Reports(
        "[MoeConfig(Dtype = Dtype.BF16, {|MOE004:{|MOE004:{|MOE004:Tile = \"1x2x3\"|}|}|})]",
        "Tile \"1x2x3\" has M = 1; allowed are 16, 32, 64, 80, 128, 160, 256, because an mma instruction multiplies 16 rows (m16n8k16) and a warp takes 16, 32, 64 or 80 of them",
        "Tile \"1x2x3\" has N = 2; allowed are 64, 128, 256, because an mma instruction makes 8 accumulator columns (m16n8k16) and a warp takes 32 or 64 of them",
        "Tile \"1x2x3\" has K = 3; allowed are 32, 64, 128, because an mma instruction takes 16 elements of depth (m16n8k16) and a row of a stage is 64, 128 or 256 bytes");

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(9)]
    public void Stages_out_of_range(int stages) => ArgumentRuleTests.Reports(
        $"[MoeConfig(Dtype = Dtype.BF16, Tile = \"64x64\", {{|MOE005:Stages = {stages}|}})]",
        $"Stages is {stages}; allowed are 2 to 8, because one stage is filled while another is read and more than 8 hide no further latency");

    [Fact]
    public void Shared_memory_exceeded_by_stages() => ArgumentRuleTests.Reports(
        "[MoeConfig(Dtype = Dtype.BF16, Tile = \"128x128\", {|MOE006:Stages = 6|})]",
        "Tile 128x128x64 with 6 stages needs 196608 bytes of shared memory and a block can have 166912 (163 KB) on sm_80, for which the kernels are written; at most 5 stages fit this tile");

    [Fact]
    public void Shared_memory_exceeded_by_stages_on_the_ladder() => ArgumentRuleTests.Reports(
        "[MoeConfig(Dtype = Dtype.BF16, {|MOE006:Stages = 8|})]",
        "Tile 128x128x64 with 8 stages needs 262144 bytes of shared memory and a block can have 166912 (163 KB) on sm_80, for which the kernels are written; at most 5 stages fit this tile");

    [Fact]
    public void Shared_memory_exceeded_by_the_tile_alone() => Tile(
        "MOE006", "256x128x128",
        "Tile 256x128x128 with 2 stages needs 196608 bytes of shared memory and a block can have 166912 (163 KB) on sm_80, for which the kernels are written; not even 2 stages fit this tile, and the nearest that fits is \"160x128x128\"");

    [Theory]
    [InlineData("256x256", "256x256x64")]
    [InlineData("256x256x128", "256x256x128")]
    public void Registers_exceeded(string tile, string shape) => Tile(
        "MOE007", tile,
        $"Tile {shape} has 65536 accumulators and needs 122880 registers with its operands, but a multiprocessor has 65536; choose a smaller tile, at most 128x256 or 256x128");

    [Fact]
    public void Registers_exceeded_beside_stages_out_of_range() => ArgumentRuleTests.Reports(
        "[MoeConfig(Dtype = Dtype.BF16, {|MOE007:Tile = \"256x256\"|}, {|MOE005:Stages = 99|})]",
        "Tile 256x256x64 has 65536 accumulators and needs 122880 registers with its operands, but a multiprocessor has 65536; choose a smaller tile, at most 128x256 or 256x128",
        "Stages is 99; allowed are 2 to 8, because one stage is filled while another is read and more than 8 hide no further latency");

    private static void Tile(string id, string tile, string message) =>
        ArgumentRuleTests.Reports($"[MoeConfig(Dtype = Dtype.BF16, {{|{id}:Tile = \"{tile}\"|}})]", message);
}
