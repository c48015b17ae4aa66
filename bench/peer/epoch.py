"""One epoch of LoRA Dropout with transformers and peft, from the rows in a JSON file to a line of JSON with its seconds."""
import json
import sys
import time
from contextlib import nullcontext

START = time.perf_counter()
import peft
import torch
import torch.nn.functional as F
import transformers
from torch import nn
from torch.nn.utils import parametrize

from turns import peak

job = json.loads(sys.argv[1])
torch.set_num_threads(job["threads"])
torch.manual_seed(0)
BATCH, SAMPLES, P = job["batch"], job["samples"], job["p"]
autocast = torch.autocast("cpu", torch.bfloat16) if job["precision"] == "bfloat16" else nullcontext()
rows = json.load(open(job["rows"]))


class Keep(nn.Module):
    """LoRA Dropout on a matrix of peft: the weight that forward sees is masked."""

    keep = None

    def forward(self, weight):
        return weight if self.keep is None else weight * self.keep


base = transformers.AutoModel.from_pretrained(job["weights"], add_pooling_layer=False)
model = peft.get_peft_model(base, peft.LoraConfig(
    r=job["r"], lora_alpha=job["alpha"], lora_dropout=0.0, target_modules=["query", "key", "value", "dense"]))
keeps = []
for name, module in list(model.named_modules()):
    if isinstance(module, nn.Linear) and (".lora_A." in name or ".lora_B." in name):
        keep = Keep()
        keeps.append((keep, module.weight.shape))
        parametrize.register_parametrization(module, "weight", keep)
head = nn.Linear(base.config.hidden_size, 2)
trained = [p for p in model.parameters() if p.requires_grad] + list(head.parameters())
optimizer = torch.optim.AdamW(trained, lr=1e-3, weight_decay=0.01, fused=True)
tokenizer = transformers.AutoTokenizer.from_pretrained(job["weights"])


def encoded(part):
    texts, pairs = [row["text"] for row in part], [row.get("pair") for row in part]
    pairs = pairs if pairs and pairs[0] is not None else None
    ids = tokenizer(texts, pairs, truncation=True, max_length=job["tokens"], return_token_type_ids=True)
    return [{"input_ids": i, "token_type_ids": t, "attention_mask": a, "label": row["label"]}
            for i, t, a, row in zip(ids["input_ids"], ids["token_type_ids"], ids["attention_mask"], part)]


def batches(part, by_length):
    """Batches of rows. By length: as transformers' sampler does it, in pools of fifty batches sorted by length."""
    order = torch.randperm(len(part)).tolist() if part is train else list(range(len(part)))
    if by_length:
        pool = 50 * BATCH
        order = [i for at in range(0, len(order), pool)
                 for i in sorted(order[at:at + pool], key=lambda i: len(part[i]["input_ids"]))]
    groups = [order[at:at + BATCH] for at in range(0, len(order), BATCH)]
    if by_length and part is train:
        groups = [groups[i] for i in torch.randperm(len(groups))]
    for group in groups:
        chosen = [part[i] for i in group]
        labels = torch.tensor([row["label"] for row in chosen])
        yield tokenizer.pad([{k: v for k, v in row.items() if k != "label"} for row in chosen], return_tensors="pt"), labels


def logits(batch):
    with autocast:
        hidden = model(**batch).last_hidden_state
        mask = batch["attention_mask"][:, :, None]
        return head((hidden * mask).sum(1) / mask.sum(1)).float()


train, test = encoded(rows["train"]), encoded(rows["test"])
ready = time.perf_counter()
model.train()
for batch, labels in batches(train, job["grouped"]):
    optimizer.zero_grad(set_to_none=True)
    for _ in range(SAMPLES):
        for keep, size in keeps:
            keep.keep = torch.rand(*size) >= P
        (F.cross_entropy(logits(batch), labels) / SAMPLES).backward()
    torch.nn.utils.clip_grad_norm_(trained, 1.0)
    optimizer.step()
done = time.perf_counter()
model.eval()
right = 0
with torch.inference_mode():
    for keep, _ in keeps:
        keep.keep = None
    for batch, labels in batches(test, True):
        right += int((logits(batch).argmax(-1) == labels).sum())
end = time.perf_counter()
print(json.dumps({"start": ready - START, "train": done - ready, "evaluate": end - done, "score": right / len(test),
                  "peakMB": peak()}))
