"""ERNIE 4.5 VL as published with code of its own, and as transformers 5 has it: experts for text, others for pictures."""

import copy
import math

import numpy as np
import torch
from PIL import Image
from transformers import AutoTokenizer

from cases import CASES, with_settings
from families import qwen
from family import CLIP_MEAN, CLIP_STD, TEMPLATES, Family
from goldens import must_change
from vocabulary import LLAMA3

BASE = 288
LAST = [
    "<s>", "</s>", "<|begin_of_sentence|>", "<|end_of_sentence|>", "<|IMAGE_PLACEHOLDER|>", "<|IMAGE_START|>",
    "<|IMAGE_END|>", "<|VIDEO_PLACEHOLDER|>", "<|VIDEO_START|>", "<|VIDEO_END|>", ("<think>", False),
    ("</think>", False),
]
VOCABULARY = BASE + len(LAST)
PATCH, MERGE = 6, 2
LEAST, MOST = 576, 1536
ROLES = ["image_token", "image_start_token", "image_end_token", "video_token", "video_start_token", "video_end_token"]


def id_of(token):
    return BASE + LAST.index(token)


NAMED = {role: LAST[4 + index] for index, role in enumerate(ROLES)}
IDS = {f"{role}_id": id_of(token) for role, token in NAMED.items()}
SETTINGS = dict(
    bos_token="<s>", eos_token="</s>", pad_token="</s>", cls_token="<|begin_of_sentence|>",
    sep_token="<|end_of_sentence|>", tokenizer_class="PreTrainedTokenizerFast",
)
GENERATION = {
    "bos_token_id": id_of("<s>"), "do_sample": True, "eos_token_id": id_of("</s>"), "pad_token_id": id_of("</s>"),
    "temperature": 0.2, "top_p": 0.8, "transformers_version": "4.53.2",
}


def sized(height, width, least, most):
    """smart_resize of the published code, which shortens what is too long and never gives up a side."""
    factor = PATCH * MERGE
    if max(height, width) / min(height, width) > 200:
        short = max(factor, round(min(height, width) / factor) * factor)
        height, width = (200 * short, short) if height > width else (short, 200 * short)
    rows, columns = (max(factor, round(side / factor) * factor) for side in (height, width))
    if rows * columns > most:
        beta = math.sqrt(height * width / most)
        rows, columns = (math.floor(side / beta / factor) * factor for side in (height, width))
    elif rows * columns < least:
        beta = math.sqrt(least / (height * width))
        rows, columns = (math.ceil(side * beta / factor) * factor for side in (height, width))
    if not least <= rows * columns <= most:
        raise ValueError(f"{rows} x {columns} pixels")
    return rows, columns


def patches(image):
    """[patches, 3 * patch * patch] of samples from 0 to 255, and [1, rows, columns]; transparency is forgotten."""
    image = image.convert("RGB")
    height, width = sized(image.height, image.width, LEAST, MOST)
    samples = np.asarray(image.resize((width, height), Image.BICUBIC))
    rows, columns = height // PATCH, width // PATCH
    cut = samples.reshape(rows // MERGE, MERGE, PATCH, columns // MERGE, MERGE, PATCH, 3)
    return cut.transpose(0, 3, 1, 4, 6, 2, 5).reshape(rows * columns, -1), [1, rows, columns]


def normalised(samples):
    """As transformers' PIL processors do it; the published model multiplies by 1/255 in float32, too."""
    mean, std = (np.repeat(np.float32(channels), PATCH * PATCH) for channels in (CLIP_MEAN, CLIP_STD))
    one = ((samples * (1 / 255)).astype(np.float32) - mean) / std
    other = (samples.astype(np.float32) * np.float32(1 / 255) - mean) / std
    assert np.abs(one - other).max() < 1e-6
    return one


class PublishedCode:
    """Ernie4_5_VLProcessor of the published code, for pictures."""

    def __init__(self, folder):
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.chat_template = self.tokenizer.chat_template = (TEMPLATES / "ernie4_5_moe_vl.jinja").read_text()

    def apply_chat_template(self, messages, add_generation_prompt):
        parts = [
            {**message, "content": [{"type": "image_url"} if p["type"] == "image" else p for p in message["content"]]}
            for message in messages
        ]
        return self.tokenizer.apply_chat_template(parts, tokenize=False, add_generation_prompt=add_generation_prompt)

    def __call__(self, text, images, return_tensors, text_kwargs, images_kwargs):
        ids, pixels, grids = [], [], []
        for index, piece in enumerate(text[0].split("<|IMAGE_START|><|image@placeholder|><|IMAGE_END|>")):
            if index > 0:
                samples, grid = patches(images[index - 1])
                pixels.append(normalised(samples))
                grids.append(grid)
                count = len(samples) // MERGE**2
                ids += [IDS["image_start_token_id"], *[IDS["image_token_id"]] * count, IDS["image_end_token_id"]]
            ids += self.tokenizer.convert_tokens_to_ids(self.tokenizer.tokenize(piece))
        ids = torch.tensor([ids])
        of_features = ids == IDS["image_token_id"]
        around = (ids == IDS["image_start_token_id"]) | (ids == IDS["image_end_token_id"])
        inputs = {
            "input_ids": ids, "attention_mask": torch.ones_like(ids), "mm_token_type_ids": of_features.long(),
            "moe_mm_token_type_ids": (of_features | around).long(),
        }
        if not pixels:
            return inputs
        return inputs | {
            "pixel_values": torch.from_numpy(np.concatenate(pixels)), "image_grid_thw": torch.tensor(grids),
        }


def matters(model, inputs, logits):
    """With the least expert left out, without biases, with other experts for pictures or their marks: another answer."""
    blocks = [layer.mlp for layer in model.model.language_model.layers if hasattr(layer.mlp, "text_moe")]
    for kind in ("text_moe", "vision_moe"):
        gates = [getattr(block, kind).gate for block in blocks]
        for gate in gates:
            gate.top_k -= 1
        try:
            must_change("an expert", model(**inputs).logits[0], logits)
        finally:
            for gate in gates:
                gate.top_k += 1
        biases = [gate.moe_statics.e_score_correction_bias for gate in gates]
        kept = [bias.clone() for bias in biases]
        for bias in biases:
            bias.zero_()
        try:
            must_change("the bias of experts", model(**inputs).logits[0], logits)
        finally:
            for bias, values in zip(biases, kept):
                bias.copy_(values)
    for kinds in (torch.zeros_like(inputs["moe_mm_token_type_ids"]), inputs["mm_token_type_ids"]):
        must_change("the kind", model(**dict(inputs, moe_mm_token_type_ids=kinds)).logits[0, -1], logits[-1])


def published(tensors):
    """The tensors as published: experts one by one, those for pictures after those for text, routers [hidden, experts]."""
    result = {}
    for name, value in tensors.items():
        name = name.replace("model.language_model.", "model.").replace("model.vision_tower.", "vision_model.")
        for old, new in (("fc1", "0"), ("fc2", "2"), ("ln", "3")):
            name = name.replace(f"_linear.{old}.", f"_linear.{new}.")
        block, _, part = name.partition(".vision_moe." if "vision_moe" in name else ".text_moe.")
        pictures = "vision_moe" in name
        if not part:
            result[name] = value
        elif part == "gate.weight":
            result[f"{block}.gate.weight{'_1' if pictures else ''}"] = value.T
        elif part.startswith("gate.moe_statics."):
            both = [tensors[key] for key in sorted(tensors) if key.endswith(part) and f"{block[6:]}." in key]
            result[f"{block}.{part.removeprefix('gate.')}"] = torch.cat(both)
        else:
            for expert, matrix in enumerate(value, len(value) if pictures else 0):
                halves = {"down_proj": matrix}
                if part == "experts.gate_up_proj":
                    halves = dict(zip(("gate_proj", "up_proj"), matrix.chunk(2)))
                result |= {f"{block}.experts.{expert}.{half}.weight": rows for half, rows in halves.items()}
    return result


# small tied embeddings, and a last norm of either sign, so that a token does not call for itself
def gains(hidden):
    return [
        ("language_model.norm", lambda noise: 1.5 * noise), ("embed_tokens", 0.15), ("_moe.experts", hidden**0.5),
        ("e_score_correction_bias", lambda noise: 0.25 * noise),
    ]


PREPROCESSOR = {
    "do_convert_rgb": True, "do_normalize": True, "do_rescale": True, "do_resize": True, "image_mean": CLIP_MEAN,
    "image_std": CLIP_STD, "merge_size": MERGE, "patch_size": PATCH, "resample": 3,
    "rescale_factor": 0.00392156862745098,
}


def nested(text, vision):
    return {
        "architectures": ["Ernie4_5_VLMoeForConditionalGeneration"], "dtype": "bfloat16",
        "model_type": "ernie4_5_vl_moe", **IDS,
        "text_config": {
            "bos_token_id": None, "eos_token_id": None, "hidden_act": "silu", "initializer_range": 0.02,
            "max_position_embeddings": 1024, "model_type": "ernie4_5_vl_moe_text", "moe_norm_min": 1e-12,
            "num_key_value_heads": 1, "output_router_logits": False, "pad_token_id": None, "rms_norm_eps": 1e-05,
            "router_aux_loss_coef": 0.001, "tie_word_embeddings": True, "use_bias": False, "use_cache": True,
            "vocab_size": VOCABULARY, **text,
        },
        "tie_word_embeddings": True, "transformers_version": "5.0.0",
        "vision_config": {
            "hidden_act": "quick_gelu", "in_channels": 3, "initializer_range": 0.02,
            "model_type": "ernie4_5_vl_moe_vision", "num_heads": 2, "patch_size": PATCH, "rms_norm_eps": 1e-06,
            "spatial_merge_size": MERGE, "temporal_merge_size": 2, **vision,
        },
    }


TEXT = {
    "hidden_size": 48, "intermediate_size": 64, "moe_intermediate_size": [24, 16], "moe_k": 2, "moe_num_experts": 4,
    "moe_num_shared_experts": 1, "num_attention_heads": 3, "num_hidden_layers": 3,
    "mlp_layer_types": ["dense", "sparse", "dense"],
    "rope_parameters": {"mrope_section": [3, 3, 2], "rope_theta": 500000.0, "rope_type": "default"},
}

PUBLISHED = Family(
    folder="ernie4_5_moe_vl",
    config={
        "architectures": ["Ernie4_5_VLMoeForConditionalGeneration"],
        "auto_map": {
            "AutoConfig": "configuration_ernie4_5_vl.Ernie4_5_VLMoEConfig",
            "AutoModelForCausalLM": "modeling_ernie4_5_vl.Ernie4_5_VLMoeForConditionalGeneration",
        },
        "bos_token_id": id_of("<s>"), "eos_token_id": id_of("</s>"), "freq_allocation": 2, "hidden_act": "silu",
        "hidden_size": 48, "im_patch_id": IDS["image_token_id"], "image_end_token_id": IDS["image_end_token_id"],
        "image_start_token_id": IDS["image_start_token_id"], "intermediate_size": 64, "max_position_embeddings": 1024,
        "model_type": "ernie4_5_moe_vl", "moe_gate": "topk", "moe_intermediate_size": [24, 16], "moe_k": 2,
        "moe_layer_end_index": [1, 1], "moe_layer_interval": 1, "moe_layer_start_index": [1, 1],
        "moe_num_experts": [4, 4], "moe_num_shared_experts": 1, "moe_use_aux_free": True, "num_attention_heads": 3,
        "num_hidden_layers": 3, "num_key_value_heads": 1, "pixel_hidden_size": 24, "rms_norm_eps": 1e-05,
        "rope_3d": True, "rope_theta": 500000, "spatial_conv_size": 2, "temporal_conv_size": 2,
        "tie_word_embeddings": True, "torch_dtype": "bfloat16", "transformers_version": "4.53.2", "use_bias": False,
        "use_cache": True, "use_rmsnorm": True, "video_end_token_id": IDS["video_end_token_id"],
        "video_start_token_id": IDS["video_start_token_id"],
        "vision_config": {
            "attn_implementation": "eager", "depth": 2, "embed_dim": 24, "hidden_act": "quick_gelu", "hidden_size": 24,
            "in_channels": 3, "in_chans": 3, "mlp_ratio": 2, "model_type": "DFNRope_vision_transformer", "num_heads": 2,
            "patch_size": PATCH, "spatial_merge_size": 2, "spatial_patch_size": PATCH, "vit_first_fwd_bsz": 128,
        },
        "vocab_size": VOCABULARY,
    },
    files={
        # the published code takes the limits of pictures from the processor, not from the image processor
        "preprocessor_config.json": PREPROCESSOR | {
            "image_processor_type": "Ernie4_5_VLImageProcessor", "max_pixels": 999, "min_pixels": 99,
            "processor_class": "Ernie4_5_VLProcessor", "size": {"max_pixels": 999, "min_pixels": 99},
            "temporal_conv_size": 2,
        },
        "processor_config.json": {
            "image_max_pixels": MOST, "image_min_pixels": LEAST, "processor_class": "Ernie4_5_VLProcessor",
        },
        "generation_config.json": GENERATION,
    },
    tokenizer=dict(base=BASE, last=LAST, pattern=LLAMA3),
    tokenizer_settings=dict(SETTINGS, processor_class="Ernie4_5_VLProcessor"), template="ernie4_5_moe_vl", names=[],
    features=qwen.features, to_published=published, dtype="bfloat16",
)

KEPT = ["text", "one", "two", "three", "column", "tiny", "rgba"]
MODEL = Family(
    folder="ernie4_5_moe_vl", config=nested(TEXT, {"depth": 2, "hidden_size": 24, "intermediate_size": 48}), files={},
    tokenizer=PUBLISHED.tokenizer, tokenizer_settings=PUBLISHED.tokenizer_settings, template=None, template_file=None,
    names=[], features=qwen.features, to_published=published, matters=matters, original=PUBLISHED,
    processor=PublishedCode, layouts=("published",), dtype="bfloat16", gains=gains(48),
    cases={name: CASES[name] for name in KEPT},
    notes=["pictures and prompts are made as the published code makes them; transformers 5 computes"],
)

SECOND = copy.deepcopy(TEXT) | {
    "hidden_size": 32, "intermediate_size": 40, "moe_intermediate_size": [16, 8], "moe_num_shared_experts": 0,
    "num_attention_heads": 2, "num_hidden_layers": 2, "mlp_layer_types": ["sparse", "dense"],
}
VARIANT = Family(
    folder="ernie4_5_moe_vl/variant",
    config=nested(SECOND, {"depth": 1, "hidden_size": 16, "intermediate_size": 24}),
    files={
        "preprocessor_config.json": PREPROCESSOR | {
            "image_processor_type": "Ernie4_5_VLMoeImageProcessorFast", "processor_class": "Ernie4_5_VLMoeProcessor",
            "size": {"longest_edge": MOST, "shortest_edge": LEAST}, "temporal_patch_size": 1,
        },
        "video_preprocessor_config.json": PREPROCESSOR | {
            "draw_on_frames": False, "temporal_patch_size": 2, "video_processor_type": "Ernie4_5_VLMoeVideoProcessor",
        },
        "generation_config.json": GENERATION | {"transformers_version": "5.0.0"},
    },
    tokenizer=PUBLISHED.tokenizer,
    tokenizer_settings=dict(
        SETTINGS, processor_class="Ernie4_5_VLMoeProcessor", extra_special_tokens=NAMED, **NAMED,
    ),
    template="ernie4_5_vl_moe", template_file="chat_template.jinja", names=[], features=qwen.features,
    to_published=published, matters=matters, dtype="bfloat16", gains=gains(32),
    cases={name: CASES[name] for name in ["one", "rgba"]}
    | {"settings": with_settings(size={"longest_edge": 900, "shortest_edge": 576})["settings"]},
)

FAMILIES = [MODEL, VARIANT]
