"""Janus, in transformers' layout and as published: other names, another size of pictures, another prompt."""

import numpy as np
import torch
from PIL import Image
from transformers import AutoTokenizer

from cases import CASES, Case, text
from family import Family

BASE = 290
LAST = [
    "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜▁pad▁｜>", "<image_placeholder>", "<begin_of_image>",
    "<end_of_image>", "<|User|>", "<|Assistant|>",
]
BOS, EOS, PAD, IMAGE, BEGIN, END = LAST[:6]
ID = {token: BASE + index for index, token in enumerate(LAST)}
VOCABULARY = BASE + len(LAST) + 2
HALF = [0.5, 0.5, 0.5]
SIDE, PATCH, LEAST = 20, 5, 4
TOKENS = (SIDE // PATCH) ** 2
WIDTH, HEADS, LAYERS, RATIO = 24, 4, 2, 1.75
SYSTEM = (
    "You are a helpful language and vision assistant. You are able to understand the visual content that the user "
    "provides, and assist the user with a variety of tasks using natural language."
)


# ---- the published processor


def pixels_of(image):
    """The longer side SIDE, the other one cut to whole pixels, in the middle of a grey square."""
    longest = max(image.size)
    width, height = (max(int(length / longest * SIDE), LEAST) for length in image.size)
    square = Image.new("RGB", (SIDE, SIDE), (127, 127, 127))
    square.paste(image.resize((width, height), Image.Resampling.BICUBIC), ((SIDE - width) // 2, (SIDE - height) // 2))
    scaled = (np.asarray(square).astype(np.float64) * (1 / 255)).astype(np.float32)
    half = np.array(HALF, dtype=np.float32)
    return torch.from_numpy(((scaled - half) / half).transpose(2, 0, 1).copy())


class PublishedCode:
    """VLChatProcessor of the published code."""

    def __init__(self, folder):
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.chat_template = "in code"

    def apply_chat_template(self, messages, add_generation_prompt):
        system, prompt = SYSTEM, ""
        for message in messages:
            said = "".join(part.get("text", IMAGE + "\n") for part in message["content"]).strip()
            if message["role"] == "system":
                system = said
            else:
                prompt += f"<|User|>: {said}\n\n" if message["role"] == "user" else f"<|Assistant|>: {said}{EOS}"
        return f"{system}\n\n{prompt}<|Assistant|>:"

    def __call__(self, text, images, return_tensors, text_kwargs, images_kwargs):
        ids = []
        for token in self.tokenizer.encode(text[0]):
            ids += [ID[BEGIN], *[token] * TOKENS, ID[END]] if token == ID[IMAGE] else [token]
        assert ids[0] == ID[BOS] and ids.count(ID[BEGIN]) == len(images or [])
        inputs = {"input_ids": torch.tensor([ids]), "attention_mask": torch.ones(1, len(ids), dtype=torch.long)}
        pixels = [pixels_of(image.convert("RGB")) for image in images or []]
        return inputs | {"pixel_values": torch.stack(pixels)} if pixels else inputs


def features(model, inputs):
    return {"features": model.model.get_image_features(pixel_values=inputs["pixel_values"]).pooler_output.flatten(0, 1)}


# ---- layouts


def published_form(tensors):
    """Queries, keys and values of the tower in one tensor, positions with a batch axis, little of what draws."""
    result = {}
    for name, value in tensors.items():
        if name.startswith("vision_model.") and ".q_proj." in name:
            parts = [tensors[name.replace("q_proj", f"{part}_proj")] for part in "qkv"]
            result[name.replace("q_proj", "qkv")] = torch.cat(parts)
        elif name == "vision_model.vision_tower.pos_embed":
            result[name] = value[None]
        elif name.startswith("gen_vision_model.") and not name.startswith("gen_vision_model.quantize"):
            continue
        elif not (name.startswith("vision_model.") and (".k_proj." in name or ".v_proj." in name)):
            result[name] = value
    # some of the pooling head, which published files have
    return result | {"vision_model.vision_tower.attn_pool.latent": torch.zeros(1, 1, WIDTH)}


LAYER = r"^model\.vision_model\.encoder\.layers\.(\d+)\."
TOWER = "vision_model.vision_tower."
NAMES = [
    (LAYER + r"self_attn\.projection_layer\.", TOWER + r"blocks.\1.attn.proj."),
    (LAYER + r"self_attn\.", TOWER + r"blocks.\1.attn."),
    (LAYER + r"layer_norm", TOWER + r"blocks.\1.norm"),
    (LAYER, TOWER + r"blocks.\1."),
    (r"^model\.vision_model\.embeddings\.patch_embedding\.", TOWER + "patch_embed.proj."),
    (r"^model\.vision_model\.embeddings\.position_embedding\.weight", TOWER + "pos_embed"),
    (r"^model\.vision_model\.post_layernorm\.", TOWER + "norm."),
    (r"^model\.aligner\.fc1\.", "aligner.layers.0."),
    (r"^model\.aligner\.hidden_layers\.0\.", "aligner.layers.2."),
    (r"^model\.vqmodel\.", "gen_vision_model."),
    (r"^model\.generation_aligner\.fc1\.", "gen_aligner.layers.0."),
    (r"^model\.generation_aligner\.hidden_layers\.0\.", "gen_aligner.layers.2."),
    (r"^model\.generation_embeddings\.", "gen_embed."),
    (r"^model\.generation_head\.proj_out\.", "gen_head.output_mlp_projector."),
    (r"^model\.generation_head\.", "gen_head."),
    (r"^model\.language_model\.", "language_model.model."),
    (r"^lm_head\.", "language_model.lm_head."),
]

TEXT = {
    "hidden_size": 40, "intermediate_size": 72, "max_position_embeddings": 1024, "model_type": "llama",
    "num_attention_heads": 4, "num_hidden_layers": 2, "num_key_value_heads": 4, "torch_dtype": "bfloat16",
    "vocab_size": VOCABULARY,
}
GENERATION = {"bos_token_id": ID[BOS], "eos_token_id": ID[EOS], "transformers_version": "4.38.2"}
PIXELS = {
    "do_normalize": True, "image_mean": HALF, "image_std": HALF, "min_size": LEAST, "rescale_factor": 0.00392156862745098,
}
TOKENIZER = dict(base=BASE, last=LAST, bos=BOS)
SPECIAL = dict(bos_token=BOS, eos_token=EOS, pad_token=PAD, tokenizer_class="PreTrainedTokenizerFast")


def transformers_config():
    return {
        "architectures": ["JanusForConditionalGeneration"], "image_token_id": ID[IMAGE], "model_type": "janus",
        "text_config": TEXT | {"bos_token_id": ID[BOS], "eos_token_id": ID[EOS], "pad_token_id": ID[PAD]},
        "tie_word_embeddings": False, "torch_dtype": "bfloat16", "transformers_version": "4.57.1",
        "vision_config": {
            "depth": 2, "hidden_act": "gelu", "hidden_size": WIDTH, "image_size": SIDE, "layer_norm_eps": 1e-06,
            "mlp_ratio": RATIO, "model_type": "janus_vision_model", "num_attention_heads": HEADS,
            "num_hidden_layers": LAYERS, "num_image_tokens": TOKENS, "patch_size": PATCH,
            "projection_dim": TEXT["hidden_size"],
        },
        "vq_config": {
            "base_channels": 32, "channel_multiplier": [1], "embed_dim": 4, "image_token_embed_dim": 8,
            "latent_channels": 4, "model_type": "janus_vqgan", "num_embeddings": 8, "num_res_blocks": 0,
            "projection_dim": 8,
        },
    }


TRANSFORMERS = {
    "preprocessor_config.json": PIXELS | {
        "do_pad": True, "do_rescale": True, "do_resize": True, "image_processor_type": "JanusImageProcessor",
        "processor_class": "JanusProcessor", "resample": 3, "size": {"height": SIDE, "width": SIDE},
    },
    "processor_config.json": {
        "num_image_tokens": TOKENS, "processor_class": "JanusProcessor", "use_default_system_prompt": True,
    },
    "generation_config.json": GENERATION,
}
TRANSFORMERS_TOKENS = SPECIAL | dict(
    boi_token=BEGIN, eoi_token=END, image_token=IMAGE, processor_class="JanusProcessor",
    extra_special_tokens={"boi_token": BEGIN, "eoi_token": END, "image_token": IMAGE},
)
COMMON = dict(dtype="bfloat16", features=features, gains=[("position_embedding", 0.5)])

def told(words, case):
    """With a system message; the processor's own is long."""
    return Case([{"role": "system", "content": [text(words)]}, *case.messages])


PUBLISHED = Family(
    folder="multi_modality",
    config={
        "aligner_config": {
            "cls": "MlpProjector", "model_type": "aligner",
            "params": {"depth": 2, "input_dim": WIDTH, "n_embed": TEXT["hidden_size"], "projector_type": "mlp_gelu"},
        },
        "architectures": ["MultiModalityCausalLM"],
        "gen_aligner_config": {
            "cls": "MlpProjector", "model_type": "gen_aligner",
            "params": {"depth": 2, "input_dim": 4, "n_embed": 8, "projector_type": "mlp_gelu"},
        },
        "gen_head_config": {
            "cls": "vision_head", "model_type": "gen_head",
            "params": {"image_token_embed": 8, "image_token_size": 8, "n_embed": 8},
        },
        "gen_vision_config": {"cls": "VQ-16", "model_type": "gen_vision", "params": {"image_token_size": 8, "n_embed": 4}},
        "language_config": TEXT, "model_type": "multi_modality", "torch_dtype": "bfloat16",
        "transformers_version": "4.33.1",
        "vision_config": {
            "cls": "CLIPVisionTower", "model_type": "vision",
            "params": {
                "heads": HEADS, "image_size": SIDE, "layers": LAYERS, "mlp_ratio": RATIO,
                "model_name": "siglip_large_patch16_384", "patch_size": PATCH, "select_feature": "same",
                "select_layer": -1, "width": WIDTH,
            },
        },
    },
    files={
        "preprocessor_config.json": PIXELS | {
            "background_color": [127, 127, 127], "image_processor_type": "VLMImageProcessor", "image_size": SIDE,
            "processor_class": "VLChatProcessor",
        },
        "processor_config.json": {
            "add_special_token": False, "ignore_id": -100, "image_tag": IMAGE, "mask_prompt": True,
            "num_image_tokens": TOKENS, "processor_class": "VLChatProcessor", "sft_format": "deepseek",
        },
        "generation_config.json": GENERATION,
    },
    tokenizer=TOKENIZER, tokenizer_settings=SPECIAL | dict(add_bos_token=True, processor_class="VLChatProcessor"),
    template=None, template_file=None, names=NAMES, to_published=published_form, **COMMON,
)

MODEL = Family(
    folder="multi_modality", config=transformers_config(), files=TRANSFORMERS, tokenizer=TOKENIZER,
    tokenizer_settings=TRANSFORMERS_TOKENS, template=None, template_file=None,
    names=[], processor=PublishedCode, original=PUBLISHED, layouts=("published",),
    cases={
        name: told("Be brief.", CASES[name]) for name in ["text", "two"]
    } | {name: CASES[name] for name in ["one", "three", "very_wide", "very_tall", "tiny", "rgba"]} | {"chat": CASES["turns"]},
    notes=["computed by transformers on its own layout; pictures and prompts are made as the published code makes them"],
    **COMMON,
)

JANUS = Family(
    folder="multi_modality/janus", config=transformers_config(), files=TRANSFORMERS, tokenizer=TOKENIZER,
    tokenizer_settings=TRANSFORMERS_TOKENS, template="janus", template_file="chat_template.jinja", names=[],
    cases={
        "one": told("Answer the question in a few plain words.", CASES["one"]), "pair": CASES["two"],
        "chat": CASES["turns"], "tiny": CASES["tiny"],
    },
    **COMMON,
)

FAMILIES = [MODEL, JANUS]
