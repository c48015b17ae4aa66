"""The workload in plain PyTorch: functions over tensors, no module system."""
import torch
import torch.nn.functional as F

from turns import batch_of, draw_masks, serve, start

shape = start()
BERT = shape["kind"] == "bert"
B, T, H, R = shape["batch"], shape["tokens"], shape["heads"], shape["r"]
SCALE = shape["alpha"] / R
OUT = shape["width"]
IN = [OUT] * shape["layers"] if BERT else [256, 512]
EPS = 1e-12 if BERT else 1e-6


def maps_of(layer):
    """The six linear maps of a layer that carry LoRA: name, inputs, outputs."""
    d = IN[layer]
    return [(f"{layer}.q", d, d), (f"{layer}.k", d, d), (f"{layer}.v", d, d), (f"{layer}.o", d, OUT),
            (f"{layer}.up", OUT, shape["ffn"]), (f"{layer}.down", shape["ffn"], OUT)]


def norm_of(width):
    return torch.ones(width), torch.zeros(width)


MAPS = [each for layer in range(len(IN)) for each in maps_of(layer)]
W = {name: torch.randn(o, i) * 0.02 for name, i, o in MAPS}
bias = {name: torch.zeros(o) for name, i, o in MAPS}
A = {name: torch.nn.Parameter(torch.randn(R, i) * 0.02) for name, i, o in MAPS}
B_ = {name: torch.nn.Parameter(torch.zeros(o, R)) for name, i, o in MAPS}
head = torch.nn.Parameter(torch.randn(2, OUT) * 0.02)
head_bias = torch.nn.Parameter(torch.zeros(2))
table = torch.randn(shape["vocabulary"], IN[0]) * 0.02
places = torch.randn(512, IN[0]) * 0.02
kind = torch.randn(IN[0]) * 0.02
first_norm = norm_of(IN[0])
norms = [(norm_of(OUT if BERT else IN[layer]), norm_of(OUT)) for layer in range(len(IN))]
residual, residual_bias = torch.randn(512, 256) * 0.02, torch.zeros(512)

masks = None
ids, valid, labels = batch_of(shape)
attend_to = valid.bool()[:, None, None, :] if int(valid.sum()) < B * T else None
drawn = draw_masks({f"{f}.{name}": size for name, i, o in MAPS for f, size in (("A", (R, i)), ("B", (o, R)))}, shape["p"])


def use_masks(index):
    global masks
    masks = None if index is None else drawn[index]


def linear(name, x):
    a, b = (A[name], B_[name]) if masks is None else (A[name] * masks[f"A.{name}"], B_[name] * masks[f"B.{name}"])
    return F.linear(x, W[name], bias[name]) + F.linear(F.linear(x, a), b) * SCALE


def attention(layer, x):
    q, k, v = (linear(f"{layer}.{part}", x).view(B, T, H, -1).transpose(1, 2) for part in "qkv")
    mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=attend_to)
    return linear(f"{layer}.o", mixed.transpose(1, 2).reshape(B, T, -1))


def norm(x, pair):
    return F.layer_norm(x, x.shape[-1:], *pair, eps=EPS)


def bert():
    x = norm(F.embedding(ids, table) + places[:T] + kind, first_norm)
    for layer, (one, two) in enumerate(norms):
        x = norm(x + attention(layer, x), one)
        x = norm(x + linear(f"{layer}.down", F.gelu(linear(f"{layer}.up", x))), two)
    return x[:, 0]


def use_lite():
    x = 2 * F.embedding(ids, table) + places[:T]
    for layer, (one, two) in enumerate(norms):
        attended = attention(layer, norm(x, one))
        x = attended + (F.linear(x, residual, residual_bias) if IN[layer] != OUT else x)
        x = x + linear(f"{layer}.down", F.relu(linear(f"{layer}.up", norm(x, two))))
    seen = valid[:, :, None]
    return (x * seen).sum(1) / seen.sum(1)


pooled = bert if BERT else use_lite
serve(f"torch {torch.__version__}, by hand", [*A.values(), *B_.values(), head, head_bias], use_masks,
      lambda: F.linear(pooled(), head, head_bias), labels)
