"""Kimi-VL as Kimi K2.5, which transformers has: the same tower for still pictures, DeepSeek-V3's language model."""

import math

import torch
from torchvision.transforms import functional
from PIL import Image
from transformers import AutoTokenizer, Kimi_K25ForConditionalGeneration

from cases import CASES, with_settings
from families import glm4v_moe
from family import Family
from vocabulary import QWEN

BASE, VOCABULARY = 290, 304
LAST = [
    "[BOS]", "[EOS]", "<|im_end|>", "<|im_user|>", "<|im_assistant|>", "<|im_system|>", "<|im_middle|>",
    "<|media_start|>", "<|media_content|>", "<|media_end|>", "<|media_pad|>",
]
IMAGE = BASE + LAST.index("<|media_pad|>")
HALF = [0.5, 0.5, 0.5]
PATCH, MERGE, LIMIT = 4, 2, 48


def save_as_in_memory():
    """transformers 5.23 cannot read again what it saves in the form of Kimi K2.5's files."""
    plain = Kimi_K25ForConditionalGeneration.save_pretrained
    Kimi_K25ForConditionalGeneration.save_pretrained = lambda self, folder: plain(self, folder, save_original_format=False)


save_as_in_memory()


class PublishedCode:
    """KimiVLImageProcessor and KimiVLProcessor of the published code."""

    def __init__(self, folder):
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.chat_template = self.tokenizer.chat_template

    def apply_chat_template(self, messages, add_generation_prompt):
        return self.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=add_generation_prompt)

    def __call__(self, text, images, return_tensors, text_kwargs, images_kwargs):
        query, patches, grids = text[0], [], []
        for image in images or []:
            pixels = functional.to_tensor(filled_up(image, images_kwargs.get("in_token_limit", LIMIT)).convert("RGB"))
            pixels = functional.normalize(pixels, HALF, HALF)
            rows, columns = pixels.shape[1] // PATCH, pixels.shape[2] // PATCH
            split = pixels.reshape(3, rows, PATCH, columns, PATCH).permute(1, 3, 0, 2, 4)
            patches.append(split.reshape(-1, 3, PATCH, PATCH))
            grids.append([1, rows, columns])
            query = query.replace("<|media_pad|>", "<|one|>" * (rows * columns // MERGE**2), 1)
        inputs = dict(self.tokenizer(query.replace("<|one|>", "<|media_pad|>"), return_tensors=return_tensors, **text_kwargs))
        return inputs | {"pixel_values": torch.cat(patches), "image_grid_thw": torch.tensor(grids)} if grids else inputs


def filled_up(image, limit):
    patches = (image.width // PATCH) * (image.height // PATCH)
    if patches > limit:
        scale = math.sqrt(limit / patches)
        image = image.resize((int(image.width * scale), int(image.height * scale)), Image.Resampling.BICUBIC)
    side = PATCH * MERGE
    return functional.pad(image, (0, 0, -image.width % side, -image.height % side))


def features(model, inputs):
    """With the published form of the grid, which transformers' model does not take."""
    grid = inputs["image_grid_thw"]
    output = model.get_image_features(pixel_values=inputs["pixel_values"], image_grid_thw=grid)
    return {"features": torch.cat(tuple(output.pooler_output)), "image_grid_hws": grid[:, 1:]}


def of_pairs(tensor, heads):
    """Rows of queries or keys as published: channels that are rotated together are neighbours."""
    split = tensor.reshape(heads, 2, -1, *tensor.shape[1:])
    return split.transpose(1, 2).reshape(tensor.shape)


def published_form(tensors):
    """Queries, keys and values of the tower in one tensor; experts one by one."""
    heads = VISION["num_attention_heads"]
    result = {}
    for name, value in tensors.items():
        if name.startswith("vision_tower.") and ".attn.q_proj." in name:
            parts = [tensors[name.replace("q_proj", f"{part}_proj")] for part in "qkv"]
            fused = [of_pairs(parts[0], heads), of_pairs(parts[1], heads), parts[2]]
            result[name.replace("attn.q_proj", "wqkv")] = torch.cat(fused)
        elif not (name.startswith("vision_tower.") and (".k_proj." in name or ".v_proj." in name)):
            result[name] = value
    return glm4v_moe.separate(result)


LAYER = r"^model\.vision_tower\.layers\.(\d+)\."
BLOCK = r"vision_tower.encoder.blocks.\1."
NAMES = [
    (LAYER + r"norm1\.", BLOCK + "norm0."),
    (LAYER + r"norm2\.", BLOCK + "norm1."),
    (LAYER + r"mlp\.fc1\.", BLOCK + "mlp.fc0."),
    (LAYER + r"mlp\.fc2\.", BLOCK + "mlp.fc1."),
    (LAYER + r"attn\.proj\.", BLOCK + "wo."),
    (LAYER, BLOCK),
    (r"^model\.vision_tower\.final_layernorm\.", "vision_tower.encoder.final_layernorm."),
    (r"^model\.vision_tower\.patch_embed\.pos_emb\.position_embeddings", "vision_tower.patch_embed.pos_emb.weight"),
    (r"^model\.vision_tower\.", "vision_tower."),
    (r"^model\.mm_projector\.in_proj\.", "multi_modal_projector.linear_1."),
    (r"^model\.mm_projector\.out_proj\.", "multi_modal_projector.linear_2."),
    (r"^model\.mm_projector\.", "multi_modal_projector."),
    (r"^model\.language_model\.", "language_model.model."),
    (r"^lm_head\.", "language_model.lm_head."),
]

VISION = {
    "hidden_size": 32, "intermediate_size": 56, "merge_kernel_size": [MERGE, MERGE], "num_attention_heads": 4,
    "num_hidden_layers": 2, "patch_size": PATCH,
}
TEXT = {
    "attention_bias": False, "bos_token_id": BASE, "eos_token_id": BASE + 1, "first_k_dense_replace": 1,
    "hidden_act": "silu", "hidden_size": 48, "intermediate_size": 64, "kv_lora_rank": 20,
    "max_position_embeddings": 1024, "model_type": "deepseek_v3", "moe_intermediate_size": 16, "n_group": 1,
    "n_routed_experts": 5, "n_shared_experts": 2, "norm_topk_prob": True, "num_attention_heads": 4,
    "num_experts_per_tok": 2, "num_hidden_layers": 3, "num_key_value_heads": 4, "q_lora_rank": None,
    "qk_nope_head_dim": 12, "qk_rope_head_dim": 8, "rms_norm_eps": 1e-05, "rope_scaling": None,
    "rope_theta": 800000.0, "routed_scaling_factor": 2.446, "tie_word_embeddings": False, "topk_group": 1,
    "v_head_dim": 10, "vocab_size": VOCABULARY,
}
TOKENS = dict(bos_token="[BOS]", eos_token="[EOS]", pad_token="[EOS]", tokenizer_class="PreTrainedTokenizerFast")
TOKENIZER = dict(base=BASE, last=LAST, pattern=QWEN)
GENERATION = {"bos_token_id": BASE, "eos_token_id": BASE + 2, "transformers_version": "4.50.3"}


def family(folder, text, **settings):
    tokenizer = dict(tokenizer=TOKENIZER, template="kimi_vl", dtype="bfloat16")
    published = Family(
        folder=folder,
        config={
            "architectures": ["KimiVLForConditionalGeneration"],
            "auto_map": {
                "AutoConfig": "configuration_kimi_vl.KimiVLConfig",
                "AutoModel": "modeling_kimi_vl.KimiVLForConditionalGeneration",
                "AutoModelForCausalLM": "modeling_kimi_vl.KimiVLForConditionalGeneration",
            },
            "ignore_index": -100, "media_placeholder_token_id": IMAGE, "model_type": "kimi_vl",
            "text_config": TEXT | {
                "ep_size": 1, "moe_layer_freq": 1, "scoring_func": "sigmoid", "seq_aux": True,
                "topk_method": "noaux_tc", "torch_dtype": "bfloat16",
            } | text,
            "torch_dtype": "bfloat16", "transformers_version": "4.50.3", "vocab_size": VOCABULARY,
            "vision_config": VISION | {
                "init_pos_emb_height": 5, "init_pos_emb_width": 5, "model_type": "moonvit", "torch_dtype": "bfloat16",
            },
        },
        files={
            "preprocessor_config.json": {
                "auto_map": {
                    "AutoImageProcessor": "image_processing_kimi_vl.KimiVLImageProcessor",
                    "AutoProcessor": "processing_kimi_vl.KimiVLProcessor",
                },
                "in_token_limit": LIMIT, "patch_size": PATCH, "num_pooled_tokens": 1024, "image_mean": HALF,
                "image_std": HALF, "pad_input": True,
            },
            "generation_config.json": GENERATION,
        },
        tokenizer_settings=dict(TOKENS, processor_class=None), names=NAMES, to_published=published_form, features=None,
        **tokenizer,
    )
    pixels = {"image_mean": HALF, "image_std": HALF, "patch_size": PATCH, "merge_size": MERGE, "resample": 3}
    return Family(
        folder=folder,
        config={
            "architectures": ["Kimi_K25ForConditionalGeneration"], "image_token_id": IMAGE, "model_type": "kimi_k25",
            "projection_hidden_size": VISION["hidden_size"], "text_config": TEXT | text, "tie_word_embeddings": False,
            "vision_config": VISION | {
                "model_type": "kimi_k25_vision", "pos_emb_height": 5, "pos_emb_width": 5,
            },
        },
        files={
            "preprocessor_config.json": {"image_processor_type": "Kimi_K25ImageProcessor"} | pixels,
            "video_preprocessor_config.json": {"video_processor_type": "Kimi_K25VideoProcessor"} | pixels,
            "processor_config.json": {"processor_class": "Kimi_K25Processor"},
            "generation_config.json": GENERATION,
        },
        tokenizer_settings=dict(TOKENS, processor_class="Kimi_K25Processor"), names=[], features=features,
        processor=PublishedCode, original=published, layouts=("published",),
        notes=["computed as Kimi K2.5 by transformers; pictures, prompts and ids are the published code's"],
        **tokenizer, **settings,
    )


def embeddings(noise):
    """Where a placeholder has been generated, transformers' model embeds token 0 instead."""
    table = 0.6 * noise
    table[IMAGE] = table[0]
    return table


GAINS = [
    ("embed_tokens", embeddings),
    ("position_embeddings", lambda noise: 0.5 * noise), ("mlp.experts", 48**0.5),
    ("e_score_correction_bias", lambda noise: 0.25 * noise),
]
KEPT = ["text", "one", "two", "three", "very_wide", "very_tall", "tiny", "rgba"]

MODEL = family(
    "kimi_vl", {},
    cases={name: CASES[name] for name in KEPT} | {"settings": with_settings(in_token_limit=20)["settings"]},
    gains=GAINS, matters=glm4v_moe.matters,
)

# what DeepSeek-V3 has besides: queries from a latent, groups of experts, YaRN
VARIANT = family(
    "kimi_vl/variant",
    {
        "first_k_dense_replace": 0, "n_group": 2, "n_routed_experts": 6, "num_hidden_layers": 1, "q_lora_rank": 24,
        "rope_scaling": {
            "beta_fast": 32.0, "beta_slow": 1.0, "factor": 4.0, "mscale": 1.0, "mscale_all_dim": 0.8,
            "original_max_position_embeddings": 64, "rope_type": "yarn", "type": "yarn",
        },
    },
    cases={name: CASES[name] for name in ["one"]}, gains=GAINS, matters=glm4v_moe.matters,
)

FAMILIES = [MODEL, VARIANT]
