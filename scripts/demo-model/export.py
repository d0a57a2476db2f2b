"""Writes a trained checkpoint as a model folder in the published layout, weights in bfloat16."""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from model import CONFIG, MERGE, PATCH, Trainee, new_model
from tokens import CHAT_TEMPLATE, END, special, tokenizer

PIXELS = {"shortest_edge": 64 * 64, "longest_edge": 128 * 128}  # areas: smaller pictures are scaled up, larger ones down
PREPROCESSOR = dict(
    size=PIXELS, patch_size=PATCH, temporal_patch_size=2, merge_size=MERGE, image_mean=[0.5] * 3, image_std=[0.5] * 3,
    processor_class="Qwen3VLProcessor", image_processor_type="Qwen2VLImageProcessorFast",
)  # fmt: skip
VIDEO = {**{k: v for k, v in PREPROCESSOR.items() if k != "image_processor_type"}, "video_processor_type": "Qwen3VLVideoProcessor"}
TEXT_END = "<|endoftext|>"
GENERATION = dict(
    bos_token_id=special(TEXT_END), do_sample=False, eos_token_id=[special(END), special(TEXT_END)], pad_token_id=special(TEXT_END),
    transformers_version="5.23.0",
)  # fmt: skip
TOKENIZER = dict(
    add_bos_token=False, add_prefix_space=False, bos_token=None, clean_up_tokenization_spaces=False, eos_token=END, errors="replace",
    model_max_length=2048, pad_token=TEXT_END, split_special_tokens=False, tokenizer_class="PreTrainedTokenizerFast", unk_token=None,
)  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    trainee = Trainee(new_model(0))
    trainee.load_state_dict(torch.load(args.checkpoint)["trainee"])
    args.out.mkdir(parents=True, exist_ok=True)
    weights = {name: tensor.to(torch.bfloat16).contiguous() for name, tensor in sorted(trainee.model.state_dict().items())}
    save_file(weights, args.out / "model.safetensors", metadata={"format": "pt"})
    tokenizer().save(str(args.out / "tokenizer.json"))
    (args.out / "chat_template.jinja").write_text(CHAT_TEMPLATE)
    for name, content in {
        "config.json": CONFIG, "generation_config.json": GENERATION, "tokenizer_config.json": TOKENIZER,
        "preprocessor_config.json": PREPROCESSOR, "video_preprocessor_config.json": VIDEO,
    }.items():  # fmt: skip
        (args.out / name).write_text(json.dumps(content, indent=2) + "\n")
    print(f"{sum(t.numel() for t in weights.values())} parameters, {sum(f.stat().st_size for f in args.out.iterdir())} bytes")


if __name__ == "__main__":
    main()
