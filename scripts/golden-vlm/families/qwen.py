"""What the Qwen families have in common: token ids, processor files, M-RoPE."""

import torch

from family import CLIP_MEAN, CLIP_STD
from presets import QWEN_SETTINGS, QWEN_TOKENS
from vocabulary import QWEN

BASE, VOCABULARY = 396, 432
TOKENIZER = dict(base=BASE, last=QWEN_TOKENS, pattern=QWEN)
GENERATION = {
    "bos_token_id": BASE, "pad_token_id": BASE, "do_sample": True, "eos_token_id": [BASE + 2, BASE], "top_k": 20,
    "top_p": 0.8, "temperature": 0.7, "transformers_version": "4.56.0",
}
# published names of the two older families, from those in memory
NAMES = [(r"^model\.visual\.", "visual."), (r"^model\.language_model\.", "model.")]


def settings(processor):
    return dict(QWEN_SETTINGS, processor_class=processor)


def joined(value):
    return value if isinstance(value, torch.Tensor) else torch.cat(list(value))


def features(model, inputs):
    grid = inputs["image_grid_thw"]
    out = model.get_image_features(pixel_values=inputs["pixel_values"], image_grid_thw=grid)
    positions, delta = model.model.get_rope_index(
        inputs["input_ids"], image_grid_thw=grid, mm_token_type_ids=inputs["mm_token_type_ids"]
    )
    return {"features": joined(out.pooler_output), "position_ids": positions[:, 0], "rope_delta": delta}


def preprocessor(processor, least, most):
    """As Qwen2-VL and Qwen2.5-VL publish it, for patches of 8 pixels."""
    return {
        "min_pixels": least, "max_pixels": most, "patch_size": 8, "temporal_patch_size": 2, "merge_size": 2,
        "image_mean": CLIP_MEAN, "image_std": CLIP_STD, "image_processor_type": "Qwen2VLImageProcessor",
        "processor_class": processor,
    }
