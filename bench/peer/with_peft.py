"""The workload with transformers' BertModel and peft's LoRA. transformers has no use-lite, so that encoder is nn.Modules."""
import peft
import torch
import torch.nn.functional as F
import transformers
from torch import nn
from torch.nn.utils import parametrize

from turns import batch_of, draw_masks, serve, start

shape = start()
BERT = shape["kind"] == "bert"
B, T = shape["batch"], shape["tokens"]


class Layer(nn.Module):
    """One pre-norm layer of use-lite."""

    def __init__(self, width, out):
        super().__init__()
        self.norm, self.ffn_norm = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(out, eps=1e-6)
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.dense = nn.Linear(width, out)
        self.residual = nn.Linear(width, out) if width != out else nn.Identity()
        self.up, self.down = nn.Linear(out, shape["ffn"]), nn.Linear(shape["ffn"], out)

    def forward(self, x, attend_to):
        y = self.norm(x)
        q, k, v = (m(y).view(B, T, shape["heads"], -1).transpose(1, 2) for m in (self.query, self.key, self.value))
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=attend_to)
        x = self.dense(mixed.transpose(1, 2).reshape(B, T, -1)) + self.residual(x)
        return x + self.down(F.relu(self.up(self.ffn_norm(x))))


class UseLite(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(shape["vocabulary"], 256)
        self.places = nn.Parameter(torch.randn(T, 256))
        self.layers = nn.ModuleList([Layer(256, 512), Layer(512, 512)])

    def forward(self, input_ids, attention_mask):
        x = 2 * self.table(input_ids) + self.places
        for layer in self.layers:
            x = layer(x, attention_mask.bool()[:, None, None, :])
        return x


def bert():
    return transformers.BertModel(transformers.BertConfig(
        vocab_size=shape["vocabulary"], hidden_size=shape["width"], num_hidden_layers=shape["layers"],
        num_attention_heads=shape["heads"], intermediate_size=shape["ffn"], max_position_embeddings=512,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0), add_pooling_layer=False)


class Keep(nn.Module):
    """LoRA Dropout on a matrix of peft: the weight that forward sees is masked."""

    keep = None

    def forward(self, weight):
        return weight if self.keep is None else weight * self.keep


targets = ["query", "key", "value", "dense"] if BERT else ["query", "key", "value", "dense", "up", "down"]
model = peft.get_peft_model(bert() if BERT else UseLite(), peft.LoraConfig(
    r=shape["r"], lora_alpha=shape["alpha"], lora_dropout=0.0, target_modules=targets))
keeps = {}
for name, module in list(model.named_modules()):
    if isinstance(module, nn.Linear) and (".lora_A." in name or ".lora_B." in name):
        keeps[name] = Keep()
        parametrize.register_parametrization(module, "weight", keeps[name])
sizes = {name: module.weight.shape for name, module in model.named_modules() if name in keeps}
head = nn.Linear(shape["width"], 2)
ids, valid, labels = batch_of(shape)
drawn = draw_masks(sizes, shape["p"])


def use_masks(index):
    for name, keep in keeps.items():
        keep.keep = None if index is None else drawn[index][name]


def logits():
    if BERT:
        return head(model(input_ids=ids, attention_mask=valid).last_hidden_state[:, 0])
    seen = valid[:, :, None]
    return head((model(input_ids=ids, attention_mask=valid) * seen).sum(1) / seen.sum(1))


model.train()
trained = [p for p in model.parameters() if p.requires_grad] + list(head.parameters())
serve(f"transformers {transformers.__version__} + peft {peft.__version__}, torch {torch.__version__}", trained, use_masks,
      logits, labels)
