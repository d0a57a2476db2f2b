"""Divides the lines of forms.py among the modules that read them: python merge.py forms.jsonl"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FAMILIES = {
    "qwen2_vl", "qwen3_vl", "gemma3", "idefics3", "smolvlm", "mllama", "florence2", "llava_next", "pixtral", "got_ocr2",
    "dots_ocr", "paddleocr_vl", "idefics2", "janus", "qwen3_omni_moe", "gemma4", "glm4v", "glm_ocr", "internvl",
    "lfm2_vl", "paligemma",
}

forms = [json.loads(line) for line in open(sys.argv[1])]
for target, wanted in (("image/src/test/resources/dev/embedonce/image", lambda case: case not in FAMILIES),
                       ("vlm/src/test/resources", lambda case: case in FAMILIES | {"clip", "llava"})):
    chosen = sorted((f for f in forms if wanted(f["case"])), key=lambda f: (f["case"], f["by"]))
    lines = ",\n".join(json.dumps(f, sort_keys=True) for f in chosen)
    (ROOT / target / "processor-forms.json").write_text("[\n" + lines + "\n]\n")
