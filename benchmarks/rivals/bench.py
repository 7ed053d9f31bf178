"""Timing of a layer as the C# benchmark does it: cold weights, CUDA graphs, median and spread of rounds of at least 10 ms."""
import statistics

import torch

ROUNDS = 15
ROUND_MS = 10.0


class Point:
    """One point: weights in copies, inputs and routings in sets, used in turn so that weights have left the L2 cache."""

    def __init__(self, description, folder, weights):
        model = description["model"]
        self.name, self.tokens, self.routing = model["name"], description["tokens"], description["routing"]
        self.experts, self.top_k = model["numExperts"], model["topK"]
        self.hidden, self.intermediate = model["hiddenSize"], model["intermediateSize"]
        self.weights = weights
        with open(f"{folder}/{description['ids']}", "rb") as file:
            ids = torch.frombuffer(bytearray(file.read()), dtype=torch.int32)
        shape = (description["sets"], self.tokens, self.top_k)
        self.ids = ids.view(shape).cuda()
        torch.manual_seed(1)
        self.inputs = torch.randn(shape[0], self.tokens, self.hidden, device="cuda").to(torch.bfloat16)
        self.scales = torch.full(shape[1:], 1.0 / self.top_k, device="cuda")

    @property
    def sets(self):
        return self.ids.shape[0]

    def call(self, index):
        """Arguments of the layer: input [T, H], ids [T, K], scales [T, K], fc1 [E, 2I, H] (gate rows first), fc2 [E, H, I]."""
        fc1, fc2 = self.weights[index % len(self.weights)]
        return self.inputs[index], self.ids[index], self.scales, fc1, fc2


def make_weights(model, copies):
    """Random bf16 weights with outputs of order 1."""
    e, h, i = model["numExperts"], model["hiddenSize"], model["intermediateSize"]
    generator = torch.Generator(device="cuda").manual_seed(7)

    def normal(rows, columns, deviation):
        weights = torch.empty(e, rows, columns, device="cuda", dtype=torch.bfloat16)
        for expert in range(e):
            weights[expert] = torch.randn(rows, columns, device="cuda", generator=generator) * deviation
        return weights

    return [(normal(2 * i, h, h ** -0.5), normal(h, i, 2 * i ** -0.5)) for _ in range(copies)]


def reference(point, index, tokens):
    """The layer in fp32 for some tokens."""
    x, ids, scales, fc1, fc2 = point.call(index)
    x, ids, scales = x[tokens].float(), ids[tokens].long(), scales[tokens]
    out = torch.zeros_like(x)
    for expert in ids.unique().tolist():
        rows, ks = (ids == expert).nonzero(as_tuple=True)
        gate, up = (x[rows] @ fc1[expert].float().t()).chunk(2, dim=1)
        result = (torch.nn.functional.silu(gate) * up) @ fc2[expert].float().t()
        out.index_add_(0, rows, result * scales[rows, ks][:, None])
    return out


def relative_l2(point, index, output):
    """Error of a call's output over up to 256 tokens, first and last among them; every element must be finite."""
    if not bool(torch.isfinite(output).all()):
        return float("inf")
    count = min(256, point.tokens)
    tokens = torch.linspace(0, point.tokens - 1, count, device="cuda").round().long()
    expected = reference(point, index, tokens)
    return float((output[tokens].float() - expected).norm() / expected.norm())


def capture(function):
    """Runs once on a side stream, then captures."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        function()
        function()
    torch.cuda.current_stream().wait_stream(stream)
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        output = function()
    return graph, output


def time_calls(calls, rounds=ROUNDS, round_ms=ROUND_MS):
    """Microseconds a call: samples of rounds that walk through all calls."""
    begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))

    def run(count):
        begin.record()
        for i in range(count):
            calls[i % len(calls)]()
        end.record()
        end.synchronize()
        return begin.elapsed_time(end) / count

    warm = run(max(len(calls), 3))
    count = max(len(calls), int(round_ms / warm) // len(calls) * len(calls))
    return [run(count) * 1000 for _ in range(rounds)]


def spread(samples):
    ordered = sorted(samples)

    def quantile(fraction):
        rank = fraction * (len(ordered) - 1)
        below = int(rank)
        above = min(below + 1, len(ordered) - 1)
        return ordered[below] + (rank - below) * (ordered[above] - ordered[below])

    return {"median": statistics.median(ordered), "p10": quantile(0.1), "p90": quantile(0.9), "min": ordered[0], "max": ordered[-1]}
