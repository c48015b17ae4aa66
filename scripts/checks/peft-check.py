"""Called by scripts/checks/peft-check.ts: the same losses by transformers + peft. Arguments: base folder, peft folder, merged folder, rows.json."""
import json
import sys

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

base, adapter, merged, rows = sys.argv[1:]
rows = json.load(open(rows))


def losses(model):
    model.eval()
    for row in rows:
        ids = torch.tensor([row["ids"]])
        with torch.no_grad():
            logs = torch.log_softmax(model(ids).logits[0, :-1].double(), -1)
        each = -logs[torch.arange(ids.shape[1] - 1), ids[0, 1:]]
        yield each[row["targetFrom"] - 1 :].mean().item()


def worst(model):
    return max(abs(a - row["stored"]) for a, row in zip(losses(model), rows))


def opened(folder):
    # The base is stored in half precision; the run computed in float32.
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)


print(json.dumps({
    "base": worst(opened(base)),
    "peft": worst(PeftModel.from_pretrained(opened(base), adapter)),
    "merged": worst(opened(merged)),
}))
