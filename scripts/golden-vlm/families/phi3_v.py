"""Phi-3-vision as published with code of its own, which transformers 5 does not have: Phi-3 and CLIP of transformers."""

import re

import numpy as np
import torch
from PIL import Image
from torch import nn
from torchvision import transforms
from transformers import (
    AutoConfig, AutoModelForImageTextToText, AutoTokenizer, CLIPVisionConfig, CLIPVisionModel, Phi3Config,
    Phi3ForCausalLM, Phi3Model,
)

from cases import CASES, with_settings
from family import CLIP_MEAN, CLIP_STD, TEMPLATES, Family
from goldens import must_change

FIRST = ["<unk>", "<s>", "</s>"]
LAST = ["<|endoftext|>", "<|assistant|>", "<|system|>", "<|end|>", "<|user|>"]
BASE, VOCABULARY = 280, 288
SIDE, PATCH, TOKENS, CROPS = 24, 6, 2, 4
PLACEHOLDER = re.compile(r"<\|image_\d+\|>")


class Phi3VConfig(Phi3Config):
    model_type = "phi3_v"

    def convert_rope_params_to_dict(self, **settings):
        """Transformers 5.23 looks for the length in another place, under another name of the kind."""
        scaling = settings.pop("rope_scaling") | {
            "rope_type": "longrope", "original_max_position_embeddings": self.original_max_position_embeddings,
        }
        return super().convert_rope_params_to_dict(rope_scaling=scaling, **settings)


class ImageEmbedding(nn.Module):
    def __init__(self, config):
        super().__init__()
        vision = CLIPVisionConfig(**config.vision_config)
        width = 4 * vision.hidden_size
        self.img_processor = nn.Module()
        self.img_processor.vision_model = CLIPVisionModel(vision)
        self.glb_GN = nn.Parameter(torch.zeros(1, 1, width))
        self.sub_GN = nn.Parameter(torch.zeros(1, 1, 1, width))
        self.img_projection = nn.Sequential(
            nn.Linear(width, config.hidden_size), nn.GELU(), nn.Linear(config.hidden_size, config.hidden_size)
        )

    def forward(self, pixel_values, image_sizes):
        """The rows of each picture."""
        rows = []
        for pixels, (height, width) in zip(pixel_values, image_sizes.tolist()):
            down, across = height // SIDE, width // SIDE
            states = self.img_processor.vision_model(pixels[: 1 + down * across], output_hidden_states=True)
            tiles = self.merged(states.hidden_states[-2][:, 1:])
            canvas = torch.cat([torch.cat(list(tiles[1 + across * y :][:across]), dim=1) for y in range(down)])
            ordered = [self.with_newlines(canvas), self.glb_GN[0], self.with_newlines(tiles[0])]
            rows.append(self.img_projection(torch.cat(ordered)))
        return rows

    def merged(self, patches):
        """[tiles, TOKENS, TOKENS, 4 * channels]: each square of four patches one token."""
        grid = patches.unflatten(1, (2 * TOKENS, 2 * TOKENS))
        corners = [grid[:, y::2, x::2] for y in (0, 1) for x in (0, 1)]
        return torch.cat(corners, dim=-1)

    def with_newlines(self, rows):
        newlines = self.sub_GN[0].expand(len(rows), 1, -1)
        return torch.cat([rows, newlines], dim=1).flatten(0, 1)


class Phi3VModel(Phi3Model):
    def __init__(self, config):
        super().__init__(config)
        self.vision_embed_tokens = ImageEmbedding(config)
        self.post_init()


class Phi3VForCausalLM(Phi3ForCausalLM):
    config_class = Phi3VConfig

    def __init__(self, config):
        super().__init__(config)
        self.model = Phi3VModel(config)
        self.post_init()

    def forward(self, input_ids, pixel_values=None, image_sizes=None, **settings):
        embeddings = self.get_input_embeddings()(input_ids.clamp(min=0))
        if pixel_values is not None:
            self.pictures = pixel_values, image_sizes  # generate gives them once, and reads some prompts twice
        if (input_ids < 0).any():
            rows = self.model.vision_embed_tokens(*self.pictures)
            embeddings = embeddings.masked_scatter((input_ids < 0)[..., None], torch.cat(rows))
        return super().forward(inputs_embeds=embeddings, **settings)


AutoConfig.register("phi3_v", Phi3VConfig)
AutoModelForImageTextToText.register(Phi3VConfig, Phi3VForCausalLM)


def canvas_of(image, crops):
    if image.width < image.height:
        return canvas_of(image.transpose(Image.TRANSPOSE), crops).transpose(Image.TRANSPOSE)
    ratio, scale = image.width / image.height, 1
    while scale * np.ceil(scale / ratio) <= crops:
        scale += 1
    width = (scale - 1) * SIDE
    height = int(width / ratio)
    rows = int(np.ceil(height / SIDE))
    above = (rows * SIDE - height) // 2
    resized = transforms.functional.resize(image, [height, width])
    return transforms.functional.pad(resized, [0, above, 0, rows * SIDE - height - above], fill=[255, 255, 255])


PIXELS = transforms.Compose([transforms.ToTensor(), transforms.Normalize(CLIP_MEAN, CLIP_STD)])


class PublishedCode:
    """Phi3VProcessor and Phi3VImageProcessor of the published code."""

    def __init__(self, folder):
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.chat_template = (TEMPLATES / "phi3_v.jinja").read_text()

    def apply_chat_template(self, messages, add_generation_prompt):
        number, joined = 0, []
        for message in messages:
            content = ""
            for part in message["content"]:
                number += part["type"] == "image"
                content += part.get("text", f"<|image_{number}|>\n")
            joined.append(message | {"content": content})
        return self.tokenizer.apply_chat_template(
            joined, chat_template=self.chat_template, tokenize=False, add_generation_prompt=add_generation_prompt
        )

    def pixels(self, image, crops):
        pixels = PIXELS(canvas_of(image.convert("RGB"), crops))
        whole = nn.functional.interpolate(pixels[None], size=(SIDE, SIDE), mode="bicubic")
        _, height, width = pixels.shape
        tiles = pixels.reshape(3, height // SIDE, SIDE, width // SIDE, SIDE).permute(1, 3, 0, 2, 4).flatten(0, 1)
        padding = torch.zeros(crops - len(tiles), 3, SIDE, SIDE)
        return torch.cat([whole, tiles, padding]), (height, width)

    def __call__(self, text, images, return_tensors, text_kwargs, images_kwargs):
        ids = [self.tokenizer(chunk).input_ids for chunk in PLACEHOLDER.split(text[0])]
        pixels = [self.pixels(image, images_kwargs.get("num_crops", CROPS)) for image in images or []]
        for number, (_, (height, width)) in enumerate(pixels):
            down, across = height // SIDE, width // SIDE
            count = (down * across + 1) * TOKENS * TOKENS + 1 + (down + 1) * TOKENS
            ids[number] += [-1 - number] * count
        inputs = {"input_ids": torch.tensor([sum(ids, [])])}
        inputs["attention_mask"] = torch.ones_like(inputs["input_ids"])
        if pixels:
            inputs["pixel_values"] = torch.stack([tiles for tiles, _ in pixels])
            inputs["image_sizes"] = torch.tensor([size for _, size in pixels])
        return inputs


def features(model, inputs):
    return {"features": torch.cat(model.model.vision_embed_tokens(inputs["pixel_values"], inputs["image_sizes"]))}


def matters(model, inputs, logits):
    """The separators must count."""
    images = model.model.vision_embed_tokens
    for separator in (images.glb_GN, images.sub_GN):
        separator.data = -separator.data
        must_change("a separator", model(**inputs).logits[0, -1], logits[-1])
        separator.data = -separator.data


def scaled(noise):
    """As weights.randomize has it for tensors whose names do not say that they are embeddings."""
    return 0.6 * noise if noise.dim() < 2 or len(noise) == 1 else 1.2 * noise / noise[0].numel() ** 0.5


KEPT = ["text", "one", "two", "three", "a_b", "b_a", "very_wide", "very_tall", "tiny", "rgba"]

MODEL = Family(
    folder="phi3_v",
    config={
        "architectures": ["Phi3VForCausalLM"], "attention_dropout": 0.0,
        "auto_map": {
            "AutoConfig": "configuration_phi3_v.Phi3VConfig",
            "AutoModelForCausalLM": "modeling_phi3_v.Phi3VForCausalLM",
        },
        "bos_token_id": 1, "embd_layer": {
            "embedding_cls": "image", "hd_transform_order": "sub_glb", "projection_cls": "mlp",
            "use_hd_transform": True, "with_learnable_separator": True,
        },
        "embd_pdrop": 0.0, "eos_token_id": 2, "hidden_act": "silu", "hidden_size": 48,
        "img_processor": {
            "image_dim_out": 32, "model_name": "openai/clip-vit-large-patch14-336", "name": "clip_vision_model",
            "num_img_tokens": TOKENS * TOKENS,
        },
        "initializer_range": 0.02, "intermediate_size": 80, "max_position_embeddings": 1024, "model_type": "phi3_v",
        "num_attention_heads": 4, "num_hidden_layers": 3, "num_key_value_heads": 4,
        "original_max_position_embeddings": 56, "pad_token_id": BASE, "resid_pdrop": 0.0, "rms_norm_eps": 1e-05,
        "rope_scaling": {
            "long_factor": [1.03, 1.23, 3.69, 9.09, 30.01, 62.5], "short_factor": [1.05, 1.1, 1.25, 1.9, 2.0, 2.95],
            "type": "su",
        },
        "rope_theta": 10000.0, "sliding_window": 2047, "tie_word_embeddings": False, "torch_dtype": "bfloat16",
        "transformers_version": "4.38.1", "use_cache": True, "vocab_size": VOCABULARY,
        "vision_config": {
            "hidden_act": "quick_gelu", "hidden_size": 32, "image_size": SIDE, "intermediate_size": 56,
            "layer_norm_eps": 1e-05, "num_attention_heads": 4, "num_hidden_layers": 3, "patch_size": PATCH,
        },
    },
    files={
        "preprocessor_config.json": {
            "auto_map": {
                "AutoImageProcessor": "image_processing_phi3_v.Phi3VImageProcessor",
                "AutoProcessor": "processing_phi3_v.Phi3VProcessor",
            },
            "do_convert_rgb": True, "image_mean": CLIP_MEAN, "image_processor_type": "Phi3VImageProcessor",
            "image_std": CLIP_STD, "num_crops": CROPS, "num_img_tokens": TOKENS * TOKENS,
            "processor_class": "Phi3VProcessor",
        },
        "generation_config.json": {
            "bos_token_id": 1, "eos_token_id": [2, BASE + 1, BASE + 3], "pad_token_id": BASE,
            "transformers_version": "4.38.1",
        },
    },
    tokenizer=dict(base=BASE, first=FIRST, last=LAST, bos="<s>"),
    tokenizer_settings=dict(
        bos_token="<s>", eos_token="<|endoftext|>", pad_token="<|endoftext|>", unk_token="<unk>",
        processor_class="Phi3VProcessor", tokenizer_class="PreTrainedTokenizerFast",
    ),
    template="phi3_v", names=[], features=features, matters=matters, layouts=("published",), dtype="bfloat16",
    processor=PublishedCode, gains=[("norm", 1.0), ("bias", 1.0), ("vision_embed_tokens", scaled)],
    cases={name: CASES[name] for name in KEPT} | {"settings": with_settings(num_crops=6)["settings"]},
    notes=[
        "published with code of its own; computed with Phi-3 and CLIP of transformers, the rest as that code has it",
        "sequences of up to 56 tokens have the short factors: some cases pass that in their prompts, some in decode",
    ],
)

FAMILIES = [MODEL]
