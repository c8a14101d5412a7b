"""Training steps of Troupe's transformer in PyTorch: what the ONNX graphs are compared with and timed against.

Reads one JSON object from stdin and writes one to stdout; see torch-step.ts, which makes the first and reads the
second. Arrays of floats travel as base64 of little-endian float32. Everything runs on one thread.

The net, the losses and Adam are written as a user of PyTorch would write them, from their definitions and not from
Troupe's graphs: parameters are one tensor for each matrix, clipping and Adam are PyTorch's own.
"""

import base64
import json
import math
import statistics
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F


def floats(text):
    return torch.from_numpy(np.frombuffer(base64.b64decode(text), dtype="<f4").copy())


def text(values):
    return base64.b64encode(values.detach().numpy().astype("<f4").tobytes()).decode()


def pieces(flat, layout):
    """The flat array's matrices by name."""
    return {slot["name"]: flat[slot["offset"] : slot["offset"] + slot["size"]].view(slot["shape"]) for slot in layout}


def rms_norm(x):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)


def rotate(x):
    """Rotary positions, halves layout; x [B, heads, T, size]."""
    half = x.shape[-1] // 2
    frequencies = 10_000.0 ** (-torch.arange(half, dtype=torch.float64) / half)
    angles = torch.arange(x.shape[2], dtype=torch.float64)[:, None] * frequencies
    cos, sin = angles.cos().float(), angles.sin().float()
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


def logits(config, p, batch):
    """Of the positions that are learned, [K, vocab]."""
    tokens, selected = batch["tokens"], batch["selected"]
    rows, length = tokens.shape
    heads, dim = config["heads"], config["dim"]
    previous = F.pad(tokens[:, :-1], (1, 0))
    x = p["embedding"][tokens] + p["embedding.previous"][previous]
    future = torch.triu(torch.full((length, length), -1e9), 1)
    for layer in range(config["layers"]):
        q, k, v = (
            part.view(rows, length, heads, dim // heads).transpose(1, 2)
            for part in (rms_norm(x) @ p[f"{layer}.attention.in"]).split(dim, -1)
        )
        scores = rotate(q) @ rotate(k).transpose(-1, -2) / math.sqrt(dim // heads) + future
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(rows, length, dim)
        if layer == config["layers"] - 1:
            x, mixed = x.reshape(-1, dim)[selected], mixed.reshape(-1, dim)[selected]
        x = x + mixed @ p[f"{layer}.attention.out"]
        x = x + F.relu(rms_norm(x) @ p[f"{layer}.mlp.in"]) @ p[f"{layer}.mlp.out"]
    return rms_norm(x) @ p["head"]


def loss_of(config, hyper, p, batch):
    logs = F.log_softmax(logits(config, p, batch) / hyper["temperature"], -1)
    log_p = logs.gather(1, batch["targets"][:, None])[:, 0]
    w = batch["weights"]
    if batch["objective"] == "supervised":
        return -(w * log_p).sum()
    ratio = (log_p - batch["oldLogProbs"]).exp()
    clipped = ratio.clamp(1 - hyper["clip"], 1 + hyper["clip"])
    surrogate = torch.minimum(ratio * batch["advantages"], clipped * batch["advantages"])
    entropy = -(logs.exp() * logs).sum(-1)
    d = batch["referenceLogProbs"] - log_p
    kl = d.exp() - 1 - d
    return -(w * (surrogate + hyper["entropyBonus"] * entropy - hyper["klPenalty"] * kl)).sum()


def read_batch(given):
    batch = {"objective": given["objective"], "tokens": torch.tensor(given["tokens"]).view(given["rows"], -1)}
    batch["selected"] = torch.tensor(given["selected"])
    batch["targets"] = torch.tensor(given["targets"])
    for name in ("weights", "advantages", "oldLogProbs", "referenceLogProbs"):
        if name in given:
            batch[name] = floats(given[name])
    return batch


def main():
    given = json.load(sys.stdin)
    torch.set_num_threads(1)
    config, layout, hyper = given["config"], given["layout"], given["hyper"]
    parameters = {k: v.clone().requires_grad_() for k, v in pieces(floats(given["weights"]), layout).items()}
    adam = torch.optim.Adam(
        parameters.values(), lr=hyper["lr"], betas=(hyper["beta1"], hyper["beta2"]), eps=hyper["epsilon"]
    )
    m, v = pieces(floats(given["m"]), layout), pieces(floats(given["v"]), layout)
    for name, parameter in parameters.items():
        adam.state[parameter] = {
            "step": torch.tensor(float(given["step"])),
            "exp_avg": m[name].clone(),
            "exp_avg_sq": v[name].clone(),
        }
    seconds = []
    for batch in map(read_batch, given["batches"]):
        start = time.perf_counter()
        adam.zero_grad(set_to_none=True)
        loss = loss_of(config, hyper, parameters, batch)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters.values(), hyper["maxNorm"])
        adam.step()
        seconds.append(time.perf_counter() - start)
    result = {"torch": torch.__version__, "medianMs": 1000 * statistics.median(seconds)}
    if given["wantsState"]:
        flat = lambda tensors: text(torch.cat([tensor.detach().reshape(-1) for tensor in tensors]))
        states = [adam.state[parameter] for parameter in parameters.values()]
        result.update(
            loss=loss.item(),
            gradientNorm=norm.item(),
            weights=flat(parameters.values()),
            m=flat(state["exp_avg"] for state in states),
            v=flat(state["exp_avg_sq"] for state in states),
        )
    json.dump(result, sys.stdout)


main()
