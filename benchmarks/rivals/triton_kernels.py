"""Kernels of the Triton layer: counting sort by expert, list of row tiles, grouped GEMMs over the tiles, reduction over K."""
import triton
import triton.language as tl


@triton.jit
def count_slots(ids, counts, num_slots, BLOCK: tl.constexpr):
    """counts[e] += slots of this block that chose e; counts is zero before."""
    slots = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    mask = slots < num_slots
    expert = tl.load(ids + slots, mask=mask, other=0)
    tl.atomic_add(counts + expert, 1, mask=mask)


@triton.jit
def list_tiles(counts, offsets, tile_expert, tile_row, max_tiles, EXPERTS: tl.constexpr, PADDED: tl.constexpr, BLOCK_M: tl.constexpr, TILES: tl.constexpr):
    """Row offsets of the experts, and for some tiles the expert (-1 past the last tile) and the first row."""
    experts = tl.arange(0, PADDED)
    rows = tl.load(counts + experts, mask=experts < EXPERTS, other=0)
    row_end = tl.cumsum(rows, 0)
    tiles = (rows + BLOCK_M - 1) // BLOCK_M
    tile_end = tl.cumsum(tiles, 0)
    if tl.program_id(0) == 0:
        tl.store(offsets, 0)
        tl.store(offsets + 1 + experts, row_end, mask=experts < EXPERTS)
    tile = tl.program_id(0) * TILES + tl.arange(0, TILES)
    mine = (tile[:, None] >= (tile_end - tiles)[None, :]) & (tile[:, None] < tile_end[None, :])
    first = (row_end - rows)[None, :] + (tile[:, None] - (tile_end - tiles)[None, :]) * BLOCK_M
    expert = tl.sum(tl.where(mine, experts[None, :] + 1, 0), 1) - 1
    tl.store(tile_expert + tile, expert, mask=tile < max_tiles)
    tl.store(tile_row + tile, tl.sum(tl.where(mine, first, 0), 1), mask=tile < max_tiles)


@triton.jit
def place_slots(ids, offsets, cursors, sorted_slots, num_slots, BLOCK: tl.constexpr):
    """Each slot to a row of its expert, in any order; cursors is zero before."""
    slots = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    mask = slots < num_slots
    expert = tl.load(ids + slots, mask=mask, other=0)
    rank = tl.atomic_add(cursors + expert, 1, mask=mask)
    row = tl.load(offsets + expert, mask=mask, other=0) + rank
    tl.store(sorted_slots + row, slots, mask=mask)


@triton.jit
def _tile(max_tiles, columns, BLOCK_N: tl.constexpr, GROUP: tl.constexpr):
    """Tiles in groups of rows that walk the columns together, so that weights are found in L2."""
    column_tiles = tl.cdiv(columns, BLOCK_N)
    group = tl.program_id(0) // (GROUP * column_tiles)
    rows = tl.minimum(max_tiles - group * GROUP, GROUP)
    within = tl.program_id(0) % (GROUP * column_tiles)
    return group * GROUP + within % rows, within // rows


@triton.jit
def gemm1_swiglu(
    x, fc1, activated, sorted_slots, offsets, tile_expert, tile_row, max_tiles, top_k, hidden, intermediate,
    BLOCK_M: tl.constexpr, BLOCK_N: tl.constexpr, BLOCK_K: tl.constexpr, GROUP: tl.constexpr, EVEN: tl.constexpr,
):
    """activated[row] = silu(gate) * up of the row's token; fc1 holds I gate rows, then I up rows an expert."""
    tile, column = _tile(max_tiles, intermediate, BLOCK_N, GROUP)
    expert = tl.load(tile_expert + tile)
    if expert < 0:
        return
    rows = tl.load(tile_row + tile) + tl.arange(0, BLOCK_M)
    row_mask = rows < tl.load(offsets + expert + 1)
    token = tl.load(sorted_slots + rows, mask=row_mask, other=0) // top_k
    columns = column * BLOCK_N + tl.arange(0, BLOCK_N)
    column_mask = columns < intermediate
    depth = tl.arange(0, BLOCK_K)
    a = x + token.to(tl.int64)[:, None] * hidden + depth[None, :]
    # Columns past the last read the last one's weights; what they give is not stored.
    safe = tl.minimum(columns, intermediate - 1).to(tl.int64)
    gate_rows = fc1 + expert.to(tl.int64) * 2 * intermediate * hidden + safe[None, :] * hidden + depth[:, None]
    up_rows = gate_rows + tl.cast(intermediate, tl.int64) * hidden
    gate = tl.zeros((BLOCK_M, BLOCK_N), dtype=tl.float32)
    up = tl.zeros((BLOCK_M, BLOCK_N), dtype=tl.float32)
    for k in range(0, hidden, BLOCK_K):
        if EVEN:
            left = tl.load(a, mask=row_mask[:, None], other=0.0)
            gate_right = tl.load(gate_rows)
            up_right = tl.load(up_rows)
        else:
            inside = depth < hidden - k
            left = tl.load(a, mask=row_mask[:, None] & inside[None, :], other=0.0)
            gate_right = tl.load(gate_rows, mask=inside[:, None], other=0.0)
            up_right = tl.load(up_rows, mask=inside[:, None], other=0.0)
        gate = tl.dot(left, gate_right, gate)
        up = tl.dot(left, up_right, up)
        a += BLOCK_K
        gate_rows += BLOCK_K
        up_rows += BLOCK_K
    result = gate * tl.sigmoid(gate) * up
    target = activated + rows.to(tl.int64)[:, None] * intermediate + columns[None, :]
    tl.store(target, result.to(tl.bfloat16), mask=row_mask[:, None] & column_mask[None, :])


@triton.jit
def gemm2_scatter(
    activated, fc2, slot_rows, scales, sorted_slots, offsets, tile_expert, tile_row, max_tiles, hidden, intermediate,
    BLOCK_M: tl.constexpr, BLOCK_N: tl.constexpr, BLOCK_K: tl.constexpr, GROUP: tl.constexpr, EVEN: tl.constexpr,
):
    """slot_rows[slot] = scale * (activated[row] x fc2 of the expert)."""
    tile, column = _tile(max_tiles, hidden, BLOCK_N, GROUP)
    expert = tl.load(tile_expert + tile)
    if expert < 0:
        return
    rows = tl.load(tile_row + tile) + tl.arange(0, BLOCK_M)
    row_mask = rows < tl.load(offsets + expert + 1)
    slots = tl.load(sorted_slots + rows, mask=row_mask, other=0)
    columns = column * BLOCK_N + tl.arange(0, BLOCK_N)
    column_mask = columns < hidden
    depth = tl.arange(0, BLOCK_K)
    a = activated + rows.to(tl.int64)[:, None] * intermediate + depth[None, :]
    safe = tl.minimum(columns, hidden - 1).to(tl.int64)
    b = fc2 + expert.to(tl.int64) * hidden * intermediate + safe[None, :] * intermediate + depth[:, None]
    sums = tl.zeros((BLOCK_M, BLOCK_N), dtype=tl.float32)
    for k in range(0, intermediate, BLOCK_K):
        if EVEN:
            left = tl.load(a, mask=row_mask[:, None], other=0.0)
            right = tl.load(b)
        else:
            inside = depth < intermediate - k
            left = tl.load(a, mask=row_mask[:, None] & inside[None, :], other=0.0)
            right = tl.load(b, mask=inside[:, None], other=0.0)
        sums = tl.dot(left, right, sums)
        a += BLOCK_K
        b += BLOCK_K
    scale = tl.load(scales + slots, mask=row_mask, other=0.0)
    target = slot_rows + slots.to(tl.int64)[:, None] * hidden + columns[None, :]
    tl.store(target, (sums * scale[:, None]).to(tl.bfloat16), mask=row_mask[:, None] & column_mask[None, :])


@triton.jit
def sum_slots(slot_rows, output, top_k, hidden, BLOCK: tl.constexpr):
    """output[t] = sum over k of slot_rows[t * K + k], in fp32."""
    token = tl.program_id(0).to(tl.int64)
    columns = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    mask = columns < hidden
    sums = tl.zeros((BLOCK,), dtype=tl.float32)
    for k in range(0, top_k):
        sums += tl.load(slot_rows + (token * top_k + k) * hidden + columns, mask=mask, other=0.0).to(tl.float32)
    tl.store(output + token * hidden + columns, sums.to(tl.bfloat16), mask=mask)
