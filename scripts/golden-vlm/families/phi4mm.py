"""Phi-4-multimodal as published with code of its own, which transformers 5 cannot run: its layout, with its LoRA."""

import math
import re

import torch
from torch import nn
from torchvision import transforms
from transformers import (
    AutoConfig, AutoModelForImageTextToText, AutoTokenizer, Phi3Config, Phi3ForCausalLM, Phi4MultimodalVisionConfig,
)
from transformers.models.phi4_multimodal.modeling_phi4_multimodal import Phi4MultimodalVisionModel

from cases import CASES, with_settings
from family import TEMPLATES, Family
from families.internvl_chat import order
from goldens import must_change

LAST = [
    "<|endoftext|>", "<|endoftext10|>", "<|endoftext11|>", "<|assistant|>", "<|system|>", "<|end|>", "<|user|>",
]
BASE, VOCABULARY = 280, 288
IMAGE = BASE + 1
SIDE, PATCH, TOKENS, TILES = 24, 6, 2, 4
HALF = [0.5, 0.5, 0.5]
VISION = {
    "crop_size": SIDE, "hidden_size": 32, "image_size": SIDE, "intermediate_size": 56, "num_attention_heads": 4,
    "num_hidden_layers": 3, "patch_size": PATCH,
}
TEXT = {
    "attention_bias": False, "attention_dropout": 0.0, "bos_token_id": BASE, "embd_pdrop": 0.0, "eos_token_id": BASE,
    "hidden_act": "silu", "hidden_size": 64, "initializer_range": 0.02, "intermediate_size": 80,
    "max_position_embeddings": 1024, "num_attention_heads": 4, "num_hidden_layers": 2, "num_key_value_heads": 2,
    "original_max_position_embeddings": 48, "pad_token_id": BASE, "partial_rotary_factor": 0.75, "resid_pdrop": 0.0,
    "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "sliding_window": 262144, "tie_word_embeddings": True,
    "torch_dtype": "bfloat16", "use_cache": True, "vocab_size": VOCABULARY,
}
LONGROPE = {
    "long_factor": [1.0, 1.41, 3.9, 9.36, 28.6, 47.8], "short_factor": [1.0, 1.0, 1.0, 1.0, 1.0, 1.0], "type": "longrope",
}
RANKS = {"vision": (4, 8), "speech": (5, 10)}


class Phi4MMConfig(Phi3Config):
    model_type = "phi4mm"

    def convert_rope_params_to_dict(self, **settings):
        """Transformers 5.23 looks for the length in another place."""
        scaling = settings.pop("rope_scaling") | {
            "original_max_position_embeddings": self.original_max_position_embeddings,
        }
        return super().convert_rope_params_to_dict(rope_scaling=scaling, **settings)


class Adapted(nn.Module):
    """A linear layer with its adapters; that for pictures is on or off."""

    def __init__(self, layer):
        super().__init__()
        self.on = False
        self.base_layer = layer
        self.lora_A = nn.ModuleDict({n: nn.Linear(layer.in_features, r, bias=False) for n, (r, _) in RANKS.items()})
        self.lora_B = nn.ModuleDict({n: nn.Linear(r, layer.out_features, bias=False) for n, (r, _) in RANKS.items()})

    def forward(self, x):
        rank, alpha = RANKS["vision"]
        added = self.lora_B["vision"](self.lora_A["vision"](x)) * (alpha / rank)
        return self.base_layer(x) + added if self.on else self.base_layer(x)


class ImageEmbedding(nn.Module):
    def __init__(self, config):
        super().__init__()
        vision = Phi4MultimodalVisionConfig(**config.vision_config)
        vision._attn_implementation = "eager"
        width, hidden = vision.hidden_size, config.hidden_size
        self.img_processor = Phi4MultimodalVisionModel(vision)
        self.glb_GN = nn.Parameter(torch.zeros(1, 1, width))
        self.sub_GN = nn.Parameter(torch.zeros(1, 1, 1, width))
        self.img_projection = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, hidden))

    def forward(self, pixel_values, image_sizes, image_attention_mask):
        """The rows of each picture."""
        rows = []
        for pixels, (height, width), mask in zip(pixel_values, image_sizes.tolist(), image_attention_mask):
            down, across = height // SIDE, width // SIDE
            count = 1 + down * across
            states = self.img_processor(pixels[:count], mask[:count].bool(), output_hidden_states=True)
            grid = states.hidden_states[-2].unflatten(1, (2 * TOKENS, 2 * TOKENS)).permute(0, 3, 1, 2)
            tiles = nn.functional.avg_pool2d(grid, 2).permute(0, 2, 3, 1)
            canvas = joined(tiles[1:], down, across)
            shown = joined(mask[1:count, ::2, ::2], down, across)
            canvas = canvas[: int(shown[:, 0].sum()), : int(shown[0].sum())]
            ordered = [self.with_newlines(canvas), self.glb_GN[0], self.with_newlines(tiles[0])]
            rows.append(self.img_projection(torch.cat(ordered)))
        return rows

    def with_newlines(self, rows):
        newlines = self.sub_GN[0].expand(len(rows), 1, -1)
        return torch.cat([rows, newlines], dim=1).flatten(0, 1)


def joined(tiles, down, across):
    return torch.cat([torch.cat(list(tiles[across * y :][:across]), dim=1) for y in range(down)])


class Phi4MMForCausalLM(Phi3ForCausalLM):
    config_class = Phi4MMConfig
    _keys_to_ignore_on_load_unexpected = [r"audio_embed"]

    def __init__(self, config):
        super().__init__(config)
        self.model.embed_tokens_extend = nn.ModuleDict({"image_embed": ImageEmbedding(config)})
        for layer in self.model.layers:
            for module, names in ((layer.self_attn, ["qkv_proj", "o_proj"]), (layer.mlp, ["gate_up_proj", "down_proj"])):
                for name in names:
                    setattr(module, name, Adapted(getattr(module, name)))
        self.post_init()

    def adapt(self, on):
        for module in self.modules():
            if isinstance(module, Adapted):
                module.on = on

    def forward(self, input_ids, pixel_values=None, image_sizes=None, image_attention_mask=None, **settings):
        if pixel_values is not None:
            self.pictures = pixel_values, image_sizes, image_attention_mask  # generate gives them once
        placed = input_ids == IMAGE
        if input_ids.shape[1] > 1:
            self.adapt(bool(placed.any()) and not settings.pop("without_lora", False))
        embeddings = self.get_input_embeddings()(input_ids)
        if placed.any():
            rows = self.model.embed_tokens_extend["image_embed"](*self.pictures)
            embeddings = embeddings.masked_scatter(placed[..., None], torch.cat(rows))
        return super().forward(inputs_embeds=embeddings, **settings)


AutoConfig.register("phi4mm", Phi4MMConfig)
AutoModelForImageTextToText.register(Phi4MMConfig, Phi4MMForCausalLM)


def shape_of(width, height, most):
    """Columns and rows of tiles."""
    columns, rows = math.ceil(width / SIDE), math.ceil(height / SIDE)
    if columns * rows <= most:
        return columns, rows
    best, least_off = (1, 1), float("inf")
    for columns, rows in order(1, most):
        off = abs(width / height - columns / rows)
        if off < least_off or (off == least_off and width * height > 0.5 * SIDE * SIDE * columns * rows):
            best, least_off = (columns, rows), off
    return best


def canvas_of(image, most):
    """A picture on its canvas, and which of the canvas's patches show it."""
    columns, rows = shape_of(*image.size, most)
    width, height = columns * SIDE, rows * SIDE
    across, down = width / image.width, height / image.height
    new_width, new_height = (width, int(image.height * across)) if across < down else (int(image.width * down), height)
    if min(new_width, new_height) < 10:
        raise ValueError(f"the aspect ratio is very extreme {new_width, new_height}")
    mask = torch.ones(height // PATCH, width // PATCH)
    mask[:, width // PATCH - (width - new_width) // PATCH :] = 0
    mask[height // PATCH - (height - new_height) // PATCH :] = 0
    resized = transforms.functional.resize(image, [new_height, new_width])
    padding = [0, 0, width - new_width, height - new_height]
    return transforms.functional.pad(resized, padding, fill=[255, 255, 255]), mask


def cut(canvas, side):
    """[.., height, width] to [tiles, .., side, side]."""
    rows = [torch.stack(row.split(side, dim=-1)) for row in canvas.split(side, dim=-2)]
    return torch.cat(rows)


PIXELS = transforms.Compose([transforms.ToTensor(), transforms.Normalize(HALF, HALF)])


def stacked(pieces, filler):
    """Pictures of different numbers of tiles as one tensor."""
    most = max(len(piece) for piece in pieces)
    return torch.stack([
        torch.cat([piece, torch.full((most - len(piece), *piece.shape[1:]), float(filler))]) for piece in pieces
    ])


class PublishedCode:
    """Phi4MMProcessor and Phi4MMImageProcessor of the published code."""

    def __init__(self, folder):
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.chat_template = (TEMPLATES / "phi4mm.jinja").read_text()

    def apply_chat_template(self, messages, add_generation_prompt):
        number, texts = 0, []
        for message in messages:
            content = ""
            for part in message["content"]:
                number += part["type"] == "image"
                content += part.get("text", f"<|image_{number}|>")
            texts.append(message | {"content": content})
        return self.tokenizer.apply_chat_template(
            texts, chat_template=self.chat_template, tokenize=False, add_generation_prompt=add_generation_prompt
        )

    def picture(self, image, most):
        """Tiles, the canvas's size, the patches that show the picture, how many tokens it takes."""
        canvas, mask = canvas_of(image.convert("RGB"), most)
        pixels = PIXELS(canvas)
        whole = nn.functional.interpolate(pixels[None], size=(SIDE, SIDE), mode="bicubic")
        masks = torch.cat([torch.ones(1, SIDE // PATCH, SIDE // PATCH), cut(mask, SIDE // PATCH)])
        shown = mask[::2, ::2]
        count = TOKENS * TOKENS + 1 + int(shown.sum()) + int(shown[:, 0].sum()) + TOKENS
        return torch.cat([whole, cut(pixels, SIDE)]), list(pixels.shape[1:]), masks, count

    def __call__(self, text, images, return_tensors, text_kwargs, images_kwargs):
        prompt = re.sub(r"<\|image_\d+\|>", "<|endoftext10|>", text[0])
        pictures = [self.picture(image, images_kwargs.get("dynamic_hd", TILES)) for image in images or []]
        counts = iter([count for *_, count in pictures])
        ids = []
        for token in self.tokenizer(prompt).input_ids:
            ids += [token] * (next(counts) if token == IMAGE else 1)
        inputs = {"input_ids": torch.tensor([ids]), "attention_mask": torch.ones(1, len(ids), dtype=torch.long)}
        if pictures:
            pixels, sizes, masks, _ = zip(*pictures)
            inputs["pixel_values"] = stacked(pixels, 0)
            inputs["image_sizes"] = torch.tensor(sizes)
            inputs["image_attention_mask"] = stacked(masks, 1)
        return inputs


def features(model, inputs):
    names = ["pixel_values", "image_sizes", "image_attention_mask"]
    embedding = model.model.embed_tokens_extend["image_embed"]
    return {"features": torch.cat(embedding(*[inputs[name] for name in names]))}


def matters(model, inputs, logits):
    """The separators and the LoRA must count."""
    images = model.model.embed_tokens_extend["image_embed"]
    for separator in (images.glb_GN, images.sub_GN):
        separator.data = -separator.data
        must_change("a separator", model(**inputs).logits[0, -1], logits[-1])
        separator.data = -separator.data
    must_change("the LoRA", model(**inputs, without_lora=True).logits[0, -1], logits[-1])


def scaled(noise):
    """As weights.randomize has it for tensors whose names do not say that they are embeddings."""
    return 0.6 * noise if noise.dim() < 2 or len(noise) == 1 else 1.2 * noise / noise[0].numel() ** 0.5


GAINS = [
    ("norm", 1.0), ("bias", 1.0), ("position_embedding", 1.0), ("embed_tokens_extend", scaled), ("embed_tokens", 0.3),
    ("lora_B", 0.5),
]


def with_audio(tensors):
    """With a tensor of the audio tower, which is passed over."""
    return tensors | {"model.embed_tokens_extend.audio_embed.encoder.embed.out.weight": torch.zeros(2, 2)}


KEPT = ["text", "one", "two", "three", "a_b", "b_a", "very_wide", "tiny", "rgba"]

MODEL = Family(
    folder="phi4mm",
    config=TEXT | {
        "architectures": ["Phi4MMForCausalLM"], "audio_processor": {"config": {}, "name": "cascades"},
        "auto_map": {
            "AutoConfig": "configuration_phi4mm.Phi4MMConfig",
            "AutoModelForCausalLM": "modeling_phi4mm.Phi4MMForCausalLM", "AutoTokenizer": "Xenova/gpt-4o",
        },
        "embd_layer": {
            "audio_embd_layer": {"embedding_cls": "audio", "projection_cls": "mlp"}, "embedding_cls": "image_audio",
            "image_embd_layer": {
                "crop_size": SIDE, "embedding_cls": "tune_image", "enable_gradient_checkpointing": True,
                "hd_transform_order": "sub_glb", "image_token_compression_cls": "avg_pool_2d", "projection_cls": "mlp",
                "use_hd_transform": True, "with_learnable_separator": True,
            },
        },
        "full_attn_mod": 1, "img_processor": None, "interpolate_factor": 1, "lm_head_bias": False, "mlp_bias": False,
        "model_type": "phi4mm", "rope_scaling": LONGROPE,
        "speech_lora": {"dp": 0.01, "layer": "layers.*", "lora_alpha": 10, "r": 5},
        "transformers_version": "4.46.1", "vision_config": VISION,
        "vision_lora": {"dp": 0.0, "layer": "layers.*", "lora_alpha": 8, "r": 4},
    },
    files={
        "preprocessor_config.json": {
            "audio_compression_rate": 8, "audio_downsample_rate": 1, "audio_feat_stride": 1,
            "auto_map": {
                "AutoFeatureExtractor": "processing_phi4mm.Phi4MMAudioFeatureExtractor",
                "AutoImageProcessor": "processing_phi4mm.Phi4MMImageProcessor",
                "AutoProcessor": "processing_phi4mm.Phi4MMProcessor",
            },
            "dynamic_hd": TILES, "feature_extractor_type": "Phi4MMAudioFeatureExtractor", "image_mean": HALF,
            "image_processor_type": "Phi4MMImageProcessor", "image_std": HALF, "processor_class": "Phi4MMProcessor",
        },
        "generation_config.json": {
            "bos_token_id": BASE, "eos_token_id": [BASE + 5, BASE], "pad_token_id": BASE,
            "transformers_version": "4.46.1",
        },
    },
    tokenizer=dict(base=BASE, last=LAST),
    tokenizer_settings=dict(
        bos_token="<|endoftext|>", eos_token="<|endoftext|>", pad_token="<|endoftext|>",
        processor_class="Phi4MMProcessor", tokenizer_class="PreTrainedTokenizerFast",
    ),
    template="phi4mm", names=[], features=features, matters=matters, gains=GAINS, to_published=with_audio,
    layouts=("published",), dtype="bfloat16", processor=PublishedCode,
    cases={name: CASES[name] for name in KEPT} | {"settings": with_settings(dynamic_hd=6)["settings"]},
    notes=[
        "published with code of its own; computed with Phi-3 and Phi-4's tower of transformers, the rest as that code has it",
        "prompts with pictures are computed with the LoRA for pictures, the others without; that for speech is in the file",
    ],
)

FAMILIES = [MODEL]
