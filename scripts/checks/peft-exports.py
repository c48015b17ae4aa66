"""Called by scripts/checks/peft-exports.ts: opens exported adapters with real transformers and peft. Argument: cases.json.

Prints for every case the largest difference of a logit from those that the run stored, with the adapter and without it.
"""
import json
import sys
import warnings

import torch
from peft import PeftModel
from transformers import AutoModelForQuestionAnswering, AutoModelForSequenceClassification, logging

warnings.filterwarnings("ignore")
logging.set_verbosity_error()
logging.disable_progress_bar()


def worst(model, case):
    gaps = []
    for row in case["rows"]:
        with torch.no_grad():
            out = model(input_ids=torch.tensor([row["ids"]]))
        logits = (torch.cat([out.start_logits, out.end_logits], 1) if case["task"] == "span" else out.logits)[0].tolist()
        gaps += [abs(a - b) for a, b in zip(logits, row["logits"], strict=True)]
    return max(gaps)


def base(case):
    torch.manual_seed(0)
    if case["task"] == "span":
        return AutoModelForQuestionAnswering.from_pretrained(case["base"], dtype=torch.float32).eval()
    outputs = len(case["rows"][0]["logits"])
    return AutoModelForSequenceClassification.from_pretrained(
        case["base"], num_labels=outputs, dtype=torch.float32, ignore_mismatched_sizes=True
    ).eval()


found = []
for case in json.load(open(sys.argv[1])):
    loaded = PeftModel.from_pretrained(base(case), case["adapter"]).eval()
    found.append({"name": case["name"], "bare": worst(base(case), case), "peft": worst(loaded, case)})
print(json.dumps(found))
