"""dots.ocr, which transformers does not have: a packed tower with RMSNorm and 2-D rotary positions, Qwen2."""

import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention, silu
from transformers import (
    AutoConfig, AutoModelForImageTextToText, AutoProcessor, ProcessorMixin, Qwen2Config, Qwen2ForCausalLM,
)

from cases import CASES
from family import CLIP_MEAN, CLIP_STD, Family
from presets import QWEN_SETTINGS, QWEN_TOKENS
from vocabulary import QWEN

BASE, VOCABULARY = 284, 320
LAST = QWEN_TOKENS[:22] + [
    "<|imgpad|>", "<|img|>", "<|endofimg|>", "<|systemprompt|>", "<|endofsystemprompt|>", "<|user|>", "<|endofuser|>",
    "<|assistant|>", "<|endofassistant|>",
]
IMAGE = "<|img|><|imgpad|><|endofimg|>"
LEAST, MOST = 588, 2352


def id_of(token):
    return BASE + LAST.index(token)


class DotsOCRConfig(Qwen2Config):
    model_type = "dots_ocr"


class Attention(nn.Module):
    """Of the patches of one picture among themselves."""

    def __init__(self, channels, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(channels, 3 * channels, bias=False)
        self.proj = nn.Linear(channels, channels, bias=False)

    def forward(self, x, angles):
        q, k, v = self.qkv(x).unflatten(-1, (3, self.heads, -1)).permute(1, 2, 0, 3)
        mixed = scaled_dot_product_attention(rotated(q, angles), rotated(k, angles), v)
        return self.proj(mixed.transpose(0, 1).flatten(1))


class Mlp(nn.Module):
    def __init__(self, channels, inner):
        super().__init__()
        self.fc1 = nn.Linear(channels, inner, bias=False)
        self.fc2 = nn.Linear(inner, channels, bias=False)
        self.fc3 = nn.Linear(channels, inner, bias=False)

    def forward(self, x):
        return self.fc2(silu(self.fc1(x)) * self.fc3(x))


class Block(nn.Module):
    def __init__(self, norm, channels, heads, inner):
        super().__init__()
        self.norm1, self.norm2 = norm(), norm()
        self.attn = Attention(channels, heads)
        self.mlp = Mlp(channels, inner)

    def forward(self, x, angles):
        x = x + self.attn(self.norm1(x), angles)
        return x + self.mlp(self.norm2(x))


class Patches(nn.Module):
    def __init__(self, norm, channels, side):
        super().__init__()
        self.proj = nn.Conv2d(3, channels, side, side)
        self.norm = norm()

    def forward(self, pixels):
        side = self.proj.kernel_size[0]
        return self.norm(self.proj(pixels.view(-1, 3, side, side)).flatten(1))


class Merger(nn.Module):
    def __init__(self, channels, square, out):
        super().__init__()
        self.square = square
        self.ln_q = nn.LayerNorm(channels, eps=1e-6)
        merged = channels * square**2
        self.mlp = nn.Sequential(nn.Linear(merged, merged), nn.GELU(), nn.Linear(merged, out))

    def forward(self, x):
        return self.mlp(self.ln_q(x).view(-1, self.mlp[0].in_features))


class Tower(nn.Module):
    def __init__(self, config):
        super().__init__()
        channels, heads = config["embed_dim"], config["num_attention_heads"]
        norm = lambda: nn.RMSNorm(channels, eps=config["rms_norm_eps"])
        self.angles_a_head = channels // heads // 4
        self.patch_embed = nn.ModuleDict({"patchifier": Patches(norm, channels, config["patch_size"])})
        self.blocks = nn.ModuleList(
            Block(norm, channels, heads, config["intermediate_size"]) for _ in range(config["num_hidden_layers"])
        )
        self.post_trunk_norm = norm()
        self.merger = Merger(channels, config["spatial_merge_size"], config["hidden_size"])

    def angles(self, rows, columns):
        """By row and by column, [patches, half a head], in the order of the patches: square after square."""
        square = self.merger.square
        places = torch.cartesian_prod(torch.arange(rows), torch.arange(columns))
        places = places.view(rows // square, square, columns // square, square, 2).transpose(1, 2).reshape(-1, 2)
        steps = torch.arange(self.angles_a_head, dtype=torch.float32) / self.angles_a_head
        return (places[..., None] / 10_000.0**steps).flatten(1)

    def forward(self, pixels, grids):
        states = self.patch_embed["patchifier"](pixels)
        features = []
        for x, (_, rows, columns) in zip(states.split(grids.prod(-1).tolist()), grids.tolist()):
            angles = self.angles(rows, columns)
            for block in self.blocks:
                x = block(x, angles)
            features.append(self.merger(self.post_trunk_norm(x)))
        return torch.cat(features)


def rotated(heads, angles):
    """The halves of each head by the angles, which are the same for all heads."""
    first, second = heads.chunk(2, dim=-1)
    cos, sin = angles.cos(), angles.sin()
    return torch.cat([first * cos - second * sin, second * cos + first * sin], dim=-1)


class DotsOCRForCausalLM(Qwen2ForCausalLM):
    config_class = DotsOCRConfig

    def __init__(self, config):
        super().__init__(config)
        self.vision_tower = Tower(config.vision_config)
        self.post_init()

    def forward(self, input_ids=None, pixel_values=None, image_grid_thw=None, inputs_embeds=None, **more):
        if inputs_embeds is None:
            inputs_embeds = self.get_input_embeddings()(input_ids)
            if pixel_values is not None and input_ids.shape[1] > 1:
                places = (input_ids == self.config.image_token_id)[..., None]
                features = self.vision_tower(pixel_values, image_grid_thw)
                inputs_embeds = inputs_embeds.masked_scatter(places, features)
        return super().forward(inputs_embeds=inputs_embeds, **more)


class DotsVLProcessor(ProcessorMixin):
    """The template is given each message as one string, as the authors' client of a server does it."""

    def __init__(self, image_processor=None, tokenizer=None, chat_template=None):
        super().__init__(image_processor, tokenizer, chat_template=chat_template)
        self.image_token = "<|imgpad|>"
        self.image_token_id = tokenizer.convert_tokens_to_ids(self.image_token)

    def apply_chat_template(self, messages, **settings):
        joined = [
            {**message, "content": "".join(part.get("text", IMAGE) for part in message["content"])}
            for message in messages
        ]
        return super().apply_chat_template(joined, **settings)

    def replace_image_token(self, image_inputs, image_idx, **_):
        return self.image_token * (image_inputs["image_grid_thw"][image_idx].prod() // 4)


AutoConfig.register("dots_ocr", DotsOCRConfig)
AutoModelForImageTextToText.register(DotsOCRConfig, DotsOCRForCausalLM)
AutoProcessor.register(DotsOCRConfig, DotsVLProcessor)


def features(model, inputs):
    return {"features": model.vision_tower(inputs["pixel_values"], inputs["image_grid_thw"])}


KEPT = ["text", "one", "two", "three", "turns", "very_wide", "very_tall", "tiny", "rgba"]

MODEL = Family(
    folder="dots_ocr",
    config={
        "architectures": ["DotsOCRForCausalLM"], "attention_bias": True, "attention_dropout": 0.0,
        "auto_map": {
            "AutoConfig": "configuration_dots.DotsOCRConfig",
            "AutoModelForCausalLM": "modeling_dots_ocr.DotsOCRForCausalLM",
        },
        "hidden_act": "silu", "hidden_size": 48, "image_token_id": id_of("<|imgpad|>"), "initializer_range": 0.02,
        "intermediate_size": 72, "max_position_embeddings": 1024, "max_window_layers": 2, "model_type": "dots_ocr",
        "num_attention_heads": 4, "num_hidden_layers": 2, "num_key_value_heads": 2, "rms_norm_eps": 1e-06,
        "rope_scaling": None, "rope_theta": 1000000, "sliding_window": 1024, "tie_word_embeddings": False,
        "torch_dtype": "bfloat16", "transformers_version": "4.51.0", "use_cache": True, "use_sliding_window": False,
        "video_token_id": id_of("<|video_pad|>"),
        "vision_config": {
            "attn_implementation": "flash_attention_2", "embed_dim": 32, "gradient_checkpointing": False,
            "hidden_size": 48, "init_merger_std": 0.02, "initializer_range": 0.02, "intermediate_size": 56,
            "is_causal": False, "num_attention_heads": 4, "num_channels": 3, "num_hidden_layers": 2, "patch_size": 7,
            "post_norm": True, "rms_norm_eps": 1e-05, "spatial_merge_size": 2, "temporal_patch_size": 1,
            "use_bias": False,
        },
        "vocab_size": VOCABULARY,
    },
    files={
        "preprocessor_config.json": {
            "min_pixels": LEAST, "max_pixels": MOST, "patch_size": 7, "temporal_patch_size": 1, "merge_size": 2,
            "image_mean": CLIP_MEAN, "image_std": CLIP_STD, "image_processor_type": "Qwen2VLImageProcessor",
            "processor_class": "DotsVLProcessor",
        },
        "generation_config.json": {
            "eos_token_id": [BASE, id_of("<|endofassistant|>")], "max_length": 1024, "transformers_version": "4.51.0",
        },
    },
    tokenizer=dict(base=BASE, last=LAST, pattern=QWEN),
    tokenizer_settings=dict(QWEN_SETTINGS, processor_class="DotsVLProcessor", eos_token="<|endoftext|>"),
    template="dots_ocr", template_file="chat_template.json", names=[], features=features, dtype="bfloat16",
    cases={name: CASES[name] for name in KEPT}, gains=[("ln_q.weight", lambda noise: 1 + 0.15 * noise)],
    notes=["published with code of its own; the tower is computed by what families/dots_ocr.py says, after that code"],
)

FAMILIES = [MODEL]
