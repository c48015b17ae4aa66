"""GFLOP/s of PyTorch's matrix products on one thread, as a line of JSON."""
import json

import torch

from turns import products

torch.set_num_threads(1)
print(json.dumps(products()))
