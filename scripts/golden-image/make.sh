#!/usr/bin/env bash
# Makes the image module's golden data anew.
#
#   make.sh PYTHON_12 PYTHON_13
#
# PYTHON_12 and PYTHON_13 are the interpreters of two virtual environments made from requirements.txt (transformers with
# --no-deps), the one with pillow==12.1.1, the other with pillow==13.0.0. The pictures are drawn with the first.
# What torchvision makes of them is written by floats.py, which needs torch==2.15.0 and torchvision==0.29.2.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$here/../../image/src/test/resources/dev/embedonce/image
python12=$1
python13=$2

"$python12" "$here/make_pictures.py" "$out/pictures"
"$python12" "$here/golden.py" "$out/pictures" "$out/pillow-12.json"
"$python13" "$here/golden.py" "$out/pictures" "$out/pillow-13.json"
"$python12" "$here/make_hash_pictures.py" "$out/hashes-pillow-12.json"
"$python13" "$here/make_hash_pictures.py" "$out/hashes-pillow-13.json"
"$python13" - "$out" <<'PYTHON'
import json, pathlib, sys

out = pathlib.Path(sys.argv[1])
files = {p.name: json.loads(p.read_text())["versions"] for p in sorted(out.glob("*pillow-*.json"))}
manifest = {"madeBy": "scripts/golden-image/make.sh", "picturesDrawnWith": files["pillow-12.json"], "versions": files}
(out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
PYTHON
