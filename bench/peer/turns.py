"""What both peers share: the shape, masks as inputs, and turns over JSON lines."""
import json
import resource
import sys
import time
from contextlib import nullcontext

import torch
import torch.nn.functional as F

MASKS = 8


def products(width=1536, seconds=0.5):
    """GFLOP/s of this process in square products of float32 and of bfloat16, the best of some."""
    found = {}
    for name, dtype in (("float32", torch.float32), ("bfloat16", torch.bfloat16)):
        a, b = torch.ones(width, width, dtype=dtype), torch.ones(width, width, dtype=dtype)
        a @ b
        best, end = float("inf"), time.perf_counter() + seconds
        while time.perf_counter() < end:
            before = time.perf_counter()
            a @ b
            best = min(best, time.perf_counter() - before)
        found[name] = 2 * width ** 3 / best / 1e9
    return found


def start():
    """Shape of the workload and thread count from the command line."""
    shape = json.loads(sys.argv[1])
    torch.set_num_threads(int(sys.argv[2]))
    torch.manual_seed(0)
    return shape


def batch_of(shape):
    """Random ids [B, T], 1 for a token and 0 for padding [B, T], labels [B]."""
    batch, tokens = shape["batch"], shape["tokens"]
    ids = torch.randint(0, shape["vocabulary"], (batch, tokens))
    valid = (torch.arange(tokens)[None, :] < torch.tensor(shape["lengths"])[:, None]).long()
    return ids, valid, torch.randint(0, 2, (batch,))


def draw_masks(shapes, p):
    """Some sets of element masks, one bool tensor for each name, drawn before anything is timed."""
    return [{name: torch.rand(*size) >= p for name, size in shapes.items()} for _ in range(MASKS)]


def peak():
    """Most memory held, in megabytes. On Linux getrusage would begin with the peak of the process that started this one."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def serve(description, parameters, use_masks, logits_of, labels):
    """Answers turns until stdin ends. `use_masks(i)` sets the i-th masks (None: no masks), `logits_of()` runs the model."""
    optimizer = torch.optim.AdamW(parameters, lr=1e-3, weight_decay=0.01, fused=True)
    precision, how = sys.argv[3], sys.argv[4]
    plain = torch.compile(logits_of) if how == "compiled" else logits_of
    autocast = torch.autocast("cpu", torch.bfloat16) if precision == "bfloat16" else nullcontext()
    done = 0

    def logits():
        with autocast:
            return plain().float()

    def train():
        nonlocal done
        before = time.perf_counter()
        use_masks(done % MASKS)
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(logits(), labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        value = loss.item()
        elapsed = time.perf_counter() - before
        done += 1
        if value != value:
            raise ValueError("the loss is not a number")
        return 1000 * elapsed

    def evaluate():
        before = time.perf_counter()
        use_masks(None)
        with torch.inference_mode():
            logits().tolist()
        return 1000 * (time.perf_counter() - before)

    timed = {"train": train, "evaluate": evaluate}
    print(json.dumps({"ready": description, "parameters": sum(p.numel() for p in parameters)}), flush=True)
    for line in sys.stdin:
        turn = json.loads(line)
        milliseconds = [timed[turn["kind"]]() for _ in range(turn["times"])]
        print(json.dumps({"milliseconds": milliseconds, "peakMB": peak()}), flush=True)
