"""PyTorch's own ways to a Mixture-of-Experts layer: grouped_mm, and one cuBLAS product an expert."""
import torch
import torch.nn.functional as F


def _grouped_mm():
    function = getattr(F, "grouped_mm", None) or getattr(torch, "_grouped_mm", None)
    if function is None:
        raise RuntimeError(f"torch {torch.__version__} has neither torch.nn.functional.grouped_mm nor torch._grouped_mm")
    return function


def _finalize(rows, order, scales, tokens, top_k):
    """Rows back to slot order, then the scaled sum over K in fp32."""
    slots = torch.empty_like(rows)
    slots[order] = rows
    return torch.einsum("tkh,tk->th", slots.view(tokens, top_k, -1).float(), scales).to(rows.dtype)


class GroupedMm:
    """Sort, gather, grouped_mm, SwiGLU, grouped_mm, scatter, sum. Nothing waits for the host, so it is captured in a graph."""

    graph = True

    def __init__(self, point):
        self.grouped_mm = _grouped_mm()
        self.experts = torch.arange(point.experts, device="cuda", dtype=torch.int32)
        self.configuration = torch.__version__

    def __call__(self, x, ids, scales, fc1, fc2):
        tokens, top_k = ids.shape
        chosen, order = torch.sort(ids.view(-1), stable=True)
        ends = torch.searchsorted(chosen, self.experts, right=True, out_int32=True)
        products = self.grouped_mm(x[order // top_k], fc1.transpose(1, 2), offs=ends)
        gate, up = products.chunk(2, dim=1)
        rows = self.grouped_mm(F.silu(gate) * up, fc2.transpose(1, 2), offs=ends)
        return _finalize(rows, order, scales, tokens, top_k)


class CublasLoop:
    """One pair of products an expert, from counts that the host waits for: eager."""

    graph = False

    def __init__(self, point):
        self.experts = point.experts
        self.configuration = f"eager, {torch.__version__}"

    def __call__(self, x, ids, scales, fc1, fc2):
        tokens, top_k = ids.shape
        flat = ids.view(-1)
        order = torch.sort(flat, stable=True)[1]
        counts = torch.bincount(flat, minlength=self.experts).tolist()
        gathered = x[order // top_k]
        rows = torch.empty_like(gathered)
        first = 0
        for expert, count in enumerate(counts):
            if count:
                gate, up = F.linear(gathered[first:first + count], fc1[expert]).chunk(2, dim=1)
                rows[first:first + count] = F.linear(F.silu(gate) * up, fc2[expert])
                first += count
        return _finalize(rows, order, scales, tokens, top_k)
