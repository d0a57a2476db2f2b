"""InternVL as published with code of its own, which transformers 5 cannot read: other names, other pixels."""

import torch
from torchvision import transforms
from transformers import AutoTokenizer

from cases import CASES, with_settings
from family import TEMPLATES, Family
from families import internvl

SIDE = 16


def order(least, most):
    """Shapes (columns, rows) as the published code tries them: a set, sorted by tiles alone."""
    shapes = {
        (columns, rows)
        for count in range(least, most + 1) for columns in range(1, count + 1) for rows in range(1, count + 1)
        if least <= columns * rows <= most
    }
    return sorted(shapes, key=lambda shape: shape[0] * shape[1])


def shape_of(width, height, most):
    best, least_off = (1, 1), float("inf")
    for columns, rows in order(1, most):
        off = abs(width / height - columns / rows)
        if off < least_off or (off == least_off and width * height > 0.5 * SIDE * SIDE * columns * rows):
            best, least_off = (columns, rows), off
    return best


def tiles_of(image, most):
    columns, rows = shape_of(*image.size, most)
    canvas = image.resize((columns * SIDE, rows * SIDE))
    tiles = [
        canvas.crop((x * SIDE, y * SIDE, x * SIDE + SIDE, y * SIDE + SIDE)) for y in range(rows) for x in range(columns)
    ]
    return tiles + [image.resize((SIDE, SIDE))] if len(tiles) > 1 else tiles


PIXELS = transforms.Compose([
    transforms.Lambda(lambda image: image.convert("RGB")),
    transforms.Resize((SIDE, SIDE), interpolation=transforms.InterpolationMode.BICUBIC),
    transforms.ToTensor(), transforms.Normalize(mean=internvl.MEAN, std=internvl.STD),
])


class PublishedCode:
    """load_image and chat of the published code."""

    def __init__(self, folder):
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.chat_template = self.tokenizer.chat_template = (TEMPLATES / "internvl_chat.jinja").read_text()

    def apply_chat_template(self, messages, add_generation_prompt):
        joined = [
            {**message, "content": "".join(part.get("text", "<image>\n") for part in message["content"])}
            for message in messages
        ]
        return self.tokenizer.apply_chat_template(joined, tokenize=False, add_generation_prompt=add_generation_prompt)

    def __call__(self, text, images, return_tensors, text_kwargs, images_kwargs):
        query, pixels = text[0], []
        for image in images or []:
            tiles = tiles_of(image.convert("RGB"), images_kwargs.get("max_num", 6))
            pixels += [PIXELS(tile) for tile in tiles]
            query = query.replace("<image>", f"<img>{'<IMG_CONTEXT>' * 4 * len(tiles)}</img>", 1)
        inputs = dict(self.tokenizer(query, return_tensors=return_tensors))
        return inputs | {"pixel_values": torch.stack(pixels)} if pixels else inputs


def fused(tensors):
    """Queries, keys and values one tensor."""
    result = {}
    for name, value in tensors.items():
        if ".q_proj." in name and name.startswith("vision_model."):
            parts = [tensors[name.replace(".q_proj.", f".{part}_proj.")] for part in "qkv"]
            result[name.replace(".q_proj.", ".qkv.")] = torch.cat(parts)
        elif not (name.startswith("vision_model.") and (".k_proj." in name or ".v_proj." in name)):
            result[name] = value
    return result


LAYER = r"^model\.vision_tower\.encoder\.layer\.(\d+)\."
NAMES = [
    (LAYER + r"attention\.projection_layer\.", r"vision_model.encoder.layers.\1.attn.proj."),
    (LAYER + r"attention\.", r"vision_model.encoder.layers.\1.attn."),
    (LAYER + r"layernorm_before\.", r"vision_model.encoder.layers.\1.norm1."),
    (LAYER + r"layernorm_after\.", r"vision_model.encoder.layers.\1.norm2."),
    (LAYER + r"lambda_", r"vision_model.encoder.layers.\1.ls"),
    (LAYER, r"vision_model.encoder.layers.\1."),
    (r"^model\.vision_tower\.embeddings\.cls_token", "vision_model.embeddings.class_embedding"),
    (r"^model\.vision_tower\.embeddings\.position_embeddings", "vision_model.embeddings.position_embedding"),
    (r"^model\.vision_tower\.embeddings\.patch_embeddings\.projection\.", "vision_model.embeddings.patch_embedding."),
    (r"^model\.multi_modal_projector\.layer_norm\.", "mlp1.0."),
    (r"^model\.multi_modal_projector\.linear_1\.", "mlp1.1."),
    (r"^model\.multi_modal_projector\.linear_2\.", "mlp1.3."),
    (r"^model\.language_model\.", "language_model.model."),
    (r"^lm_head\.", "language_model.lm_head."),
]


def family(folder, text, layer, own, template_file, **settings):
    """text: of the language model in both configs; own, layer: what they say about the tower in each."""
    architecture = {"qwen2": "Qwen2ForCausalLM", "llama": "LlamaForCausalLM"}[text["model_type"]]
    published = {
        "attention_dropout": 0.0, "drop_path_rate": 0.1, "dropout": 0.0, "hidden_act": "gelu", "hidden_size": 32,
        "image_size": SIDE, "initializer_factor": 0.1, "initializer_range": 1e-10, "intermediate_size": 56,
        "layer_norm_eps": 1e-06, "model_type": "intern_vit_6b", "num_attention_heads": 4, "num_channels": 3,
        "num_hidden_layers": 2, "patch_size": 4, "torch_dtype": "bfloat16", "use_flash_attn": True,
        "architectures": ["InternVisionModel"], **own,
    }
    original = Family(
        folder=folder,
        config={
            "_commit_hash": None, "architectures": ["InternVLChatModel"],
            "auto_map": {
                "AutoConfig": "configuration_internvl_chat.InternVLChatConfig",
                "AutoModel": "modeling_internvl_chat.InternVLChatModel",
                "AutoModelForCausalLM": "modeling_internvl_chat.InternVLChatModel",
            },
            "downsample_ratio": 0.5, "dynamic_image_size": True, "force_image_size": SIDE, "hidden_size": 48,
            "image_fold": None,
            "llm_config": internvl.TEXT | text | {"architectures": [architecture], "tie_word_embeddings": False},
            "max_dynamic_patch": 6, "min_dynamic_patch": 1, "model_type": "internvl_chat", "pad2square": False,
            "ps_version": "v2", "select_layer": layer, "template": "internvl2_5", "tie_word_embeddings": False,
            "torch_dtype": "bfloat16", "transformers_version": None, "use_backbone_lora": 0, "use_llm_lora": 0,
            "use_thumbnail": True, "vision_config": published,
        },
        files={
            "preprocessor_config.json": {
                "crop_size": SIDE, "do_center_crop": True, "do_normalize": True, "do_resize": True,
                "feature_extractor_type": "CLIPFeatureExtractor", "image_mean": internvl.MEAN,
                "image_std": internvl.STD, "resample": 3, "size": SIDE,
            },
            "generation_config.json": internvl.GENERATION,
        },
        tokenizer=internvl.TOKENIZER,
        tokenizer_settings=dict(internvl.SETTINGS, processor_class=None),
        template="internvl_chat", template_file=template_file, names=NAMES, to_published=fused, features=None,
        dtype="bfloat16",
    )
    model = internvl.family(
        folder, text,
        internvl.vision(
            attention_bias=own.get("qkv_bias", False), norm_type=own.get("norm_type", "rms_norm"),
            use_qk_norm=own.get("qk_normalization", True),
        ),
        [],
        original=original, processor=PublishedCode,
        notes=["computed by transformers' model on its own layout; pictures, prompts and ids are the published code's"],
        **settings,
    )
    model.config |= {"vision_feature_layer": layer, "tie_word_embeddings": False}
    return model


KEPT = ["text", "one", "two", "three", "very_wide", "very_tall", "tiny", "rgba"]

MODEL = family(
    "internvl_chat",
    {"model_type": "qwen2", "rope_scaling": {"factor": 2.0, "rope_type": "dynamic", "type": "dynamic"},
     "rope_theta": 1000000.0},
    -1, {"norm_type": "layer_norm", "qk_normalization": False, "qkv_bias": True},
    "tokenizer_config.json",
    cases={name: CASES[name] for name in KEPT} | {"settings": with_settings(max_num=2)["settings"]},
)

# the tower of six billion parameters, whose sizes are the defaults, without its last layer; no template in the files
VARIANT = family(
    "internvl_chat/variant",
    {"attention_bias": False, "mlp_bias": False, "model_type": "llama", "rope_scaling": None, "rope_theta": 500000.0},
    -2, {}, None,
    cases={"one": CASES["one"]},
)

FAMILIES = [MODEL, VARIANT]
