"""Times one rival at the points that the C# benchmark wrote; one JSON object a point, errors included. Started by `--rivals`."""
import argparse
import json
import os
import time


def layer_of(rival):
    # Imported when asked for: a missing Triton fails the Triton rival alone.
    if rival == "triton":
        from triton_layer import TritonLayer
        return TritonLayer
    from torch_layers import CublasLoop, GroupedMm
    return {"grouped_mm": GroupedMm, "cublas_loop": CublasLoop}[rival]


def measure(layer, point):
    """Checks an eager and a replayed output against fp32, then times all sets in turn."""
    import bench
    error = bench.relative_l2(point, 0, layer(*point.call(0)))
    if not error <= 1e-2:
        raise RuntimeError(f"relative L2 error {error:.3g} against fp32; allowed is 0.01")
    if layer.graph:
        captured = [bench.capture(lambda index=index: layer(*point.call(index))) for index in range(point.sets)]
        captured[-1][0].replay()
        replayed = bench.relative_l2(point, point.sets - 1, captured[-1][1])
        if not replayed <= 1e-2:
            raise RuntimeError(f"relative L2 error {replayed:.3g} of the replayed graph against fp32; allowed is 0.01")
        calls = [graph.replay for graph, _ in captured]
    else:
        calls = [lambda index=index: layer(*point.call(index)) for index in range(point.sets)]
    return error, bench.spread(bench.time_calls(calls))


def run_point(rival, layer_class, description, folder, weights):
    import bench
    row = {
        "rival": rival, "model": description["model"]["name"], "tokens": description["tokens"], "routing": description["routing"],
        "microseconds": None, "relativeL2": None, "configuration": None, "error": None,
    }
    try:
        point = bench.Point(description, folder, weights)
        layer = layer_class(point)
        row["relativeL2"], row["microseconds"] = measure(layer, point)
        row["configuration"] = layer.configuration
    except Exception as error:
        row["error"] = f"{type(error).__name__}: {' '.join(str(error).split())[:400]}"
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rival", required=True, choices=["grouped_mm", "cublas_loop", "triton"])
    parser.add_argument("--points", required=True)
    parser.add_argument("--rows", required=True)
    parser.add_argument("--seconds", type=float, required=True)
    arguments = parser.parse_args()
    begin = time.monotonic()
    import torch
    import bench
    torch.backends.cuda.matmul.allow_tf32 = False
    layer_class = layer_of(arguments.rival)
    with open(arguments.points, encoding="utf-8") as file:
        points = json.load(file)
    folder, model, weights = os.path.dirname(arguments.points), None, None
    with open(arguments.rows, "w", encoding="utf-8") as rows, torch.no_grad():
        for description in points:
            if time.monotonic() - begin > arguments.seconds:
                break
            if description["model"] != model:
                weights = None
                torch.cuda.empty_cache()
                model, weights = description["model"], bench.make_weights(description["model"], description["copies"])
            row = run_point(arguments.rival, layer_class, description, folder, weights)
            rows.write(json.dumps(row) + "\n")
            rows.flush()
            what = row["error"] or f"{row['microseconds']['median']:.1f} us, relative L2 {row['relativeL2']:.2g}, {row['configuration']}"
            print(f"{row['rival']}, {row['model']} T = {row['tokens']} {row['routing']}: {what}", flush=True)


if __name__ == "__main__":
    main()
