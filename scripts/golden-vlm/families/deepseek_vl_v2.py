"""DeepSeek-VL2, which transformers lacks, put together of its SigLIP and DeepSeek-V2."""

import math

import torch
from PIL import ImageOps
from torch import nn
from torch.nn import functional
from torchvision.transforms.functional import normalize, to_tensor
from transformers import (
    AutoConfig, AutoModelForImageTextToText, AutoTokenizer, DeepseekV2Config, DeepseekV2Model, GenerationMixin,
    PreTrainedConfig, PreTrainedModel, SiglipVisionConfig, SiglipVisionModel,
)
from transformers.modeling_outputs import CausalLMOutputWithPast
from transformers.models.deepseek_ocr2.configuration_deepseek_ocr2 import DeepseekOcr2TextConfig
from transformers.models.deepseek_ocr2.modeling_deepseek_ocr2 import DeepseekOcr2TextModel

from cases import CASES
from families import glm4v_moe
from family import Family
from goldens import must_change
from vocabulary import QWEN

BASE, VOCABULARY = 290, 304
LAST = [
    "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜▁pad▁｜>", "<image>", "<|ref|>", "<|/ref|>", "<|det|>", "<|/det|>",
    "<|grounding|>", "<|User|>", "<|Assistant|>",
]
BOS, EOS = LAST[:2]
IMAGE = BASE + LAST.index("<image>")
HALF = [0.5, 0.5, 0.5]
SIDE, PATCH, RATIO = 14, 4, 2
CANDIDATES = [[a * SIDE, b * SIDE] for a, b in [(1, 1), (1, 2), (2, 1), (1, 3), (3, 1), (2, 2)]]
TOKENS = math.ceil(SIDE // PATCH / RATIO)


# ---- the model: every part that the published code has and transformers has not


class Config(PreTrainedConfig):
    model_type = "deepseek_vl_v2_parts"
    sub_configs = {"vision_config": SiglipVisionConfig}

    def __init__(self, text_config=None, vision_config=None, **settings):
        if isinstance(text_config, dict):
            text_config = (DeepseekOcr2TextConfig if text_config["plain"] else DeepseekV2Config)(**text_config)
        if isinstance(vision_config, dict):
            vision_config = SiglipVisionConfig(**vision_config)
        self.text_config, self.vision_config = text_config, vision_config
        super().__init__(**settings)


class Model(PreTrainedModel, GenerationMixin):
    config_class = Config
    base_model_prefix = "parts"
    _supports_sdpa = True

    def __init__(self, config):
        super().__init__(config)
        text, vision = config.text_config, config.vision_config
        self.vision = SiglipVisionModel._from_config(vision)
        self.projector = nn.ModuleDict({"layers": nn.Sequential(
            nn.Linear(vision.hidden_size * RATIO**2, text.hidden_size), nn.GELU(),
            nn.Linear(text.hidden_size, text.hidden_size),
        )})
        self.image_newline = nn.Parameter(torch.zeros(text.hidden_size))
        self.view_seperator = nn.Parameter(torch.zeros(text.hidden_size))
        text_model = DeepseekOcr2TextModel if text.plain else DeepseekV2Model
        self.language = nn.ModuleDict({
            "model": text_model._from_config(text), "lm_head": nn.Linear(text.hidden_size, text.vocab_size, bias=False),
        })
        self.post_init()

    def get_input_embeddings(self):
        return self.language["model"].embed_tokens

    def get_output_embeddings(self):
        return self.language["lm_head"]

    def of_tiles(self, pixels):
        """Tokens of tiles, [tiles, rows, columns, hidden]: squares of patches, what is missing filled up with zeros."""
        states = self.vision(pixels).last_hidden_state
        side = SIDE // PATCH
        grid = states.reshape(-1, side, side, states.shape[-1]).permute(0, 3, 1, 2)
        missing = -side % RATIO
        squares = functional.unfold(functional.pad(grid, (0, missing, 0, missing)), RATIO, stride=RATIO)
        return self.projector["layers"](squares.transpose(1, 2)).reshape(-1, TOKENS, TOKENS, self.image_newline.numel())

    def rows(self, tokens):
        """Tokens [rows, columns, hidden] with a newline after each row, [tokens, hidden]."""
        newlines = self.image_newline.expand(len(tokens), 1, -1)
        return torch.cat([tokens, newlines], 1).flatten(0, 1)

    def features(self, pixels, crops):
        tiles, parts = self.of_tiles(pixels), []
        for columns, rows in crops.tolist():
            whole, tiles = tiles[0], tiles[1:]
            local, tiles = tiles[: rows * columns], tiles[rows * columns:]
            lines = [torch.cat(list(local[row * columns : (row + 1) * columns]), 1) for row in range(rows)]
            parts += [self.rows(whole), self.view_seperator[None], self.rows(torch.cat(lines))]
        return torch.cat(parts)

    def forward(
        self, input_ids=None, pixel_values=None, images_spatial_crop=None, past_key_values=None, inputs_embeds=None,
        **settings,
    ):
        embeddings = self.get_input_embeddings()(input_ids)
        begun = past_key_values is not None and past_key_values.get_seq_length() > 0
        if pixel_values is not None and not begun:
            features = self.features(pixel_values, images_spatial_crop)
            mask = (input_ids == IMAGE)[..., None].expand_as(embeddings)
            assert mask.sum() == features.numel()
            embeddings = embeddings.masked_scatter(mask, features)
        keep = settings.pop("logits_to_keep", 0)
        output = self.language["model"](inputs_embeds=embeddings, past_key_values=past_key_values, **settings)
        logits = self.language["lm_head"](output.last_hidden_state[:, -keep if keep else 0 :])
        return CausalLMOutputWithPast(logits=logits, past_key_values=output.past_key_values)


AutoConfig.register(Config.model_type, Config)
AutoModelForImageTextToText.register(Config, Model)


# ---- the processor


def best_size(width, height):
    def rating(size):
        scale = min(size[0] / width, size[1] / height)
        shown = min(int(width * scale) * int(height * scale), width * height)
        return shown, shown - size[0] * size[1]

    return max(CANDIDATES, key=rating)


def tiles_of(image, cut):
    """(tiles, columns, rows)"""
    columns, rows = (length // SIDE for length in (best_size(*image.size) if cut else (SIDE, SIDE)))
    local = ImageOps.pad(image, (columns * SIDE, rows * SIDE), color=(127, 127, 127))
    boxes = [(x * SIDE, y * SIDE, x * SIDE + SIDE, y * SIDE + SIDE) for y in range(rows) for x in range(columns)]
    views = [ImageOps.pad(image, (SIDE, SIDE), color=(127, 127, 127)), *(local.crop(box) for box in boxes)]
    return [normalize(to_tensor(view), HALF, HALF) for view in views], columns, rows


class PublishedCode:
    """DeepseekVLV2Processor of the published code, which encodes a conversation message by message."""

    def __init__(self, folder):
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.chat_template = "in code"

    def apply_chat_template(self, messages, add_generation_prompt):
        pieces = []
        for message in messages:
            text = "".join(part.get("text", "<image>\n") for part in message["content"]).strip()
            pieces.append({
                "user": f"<|User|>: {text}\n\n<|Assistant|>:", "assistant": text + EOS, "system": text,
            }[message["role"]])
        self.pieces = pieces
        return BOS + "".join(pieces)

    def encode(self, text):
        return self.tokenizer.encode(text, add_special_tokens=False)

    def __call__(self, text, images, return_tensors, text_kwargs, images_kwargs):
        images = [image.convert("RGB") for image in images or []]
        ids, pixels, crops = self.encode(BOS), [], []
        assert text[0] == BOS + "".join(self.pieces)
        for piece in self.pieces:
            first, *rest = piece.split("<image>")
            ids += self.encode(first)
            for after in rest:
                tiles, columns, rows = tiles_of(images[len(crops)], cut=len(images) <= 2)
                pixels += tiles
                crops.append([columns, rows])
                ids += [IMAGE] * (TOKENS * (TOKENS + 1) + 1 + rows * TOKENS * (columns * TOKENS + 1))
                ids += self.encode(after)
        inputs = {"input_ids": torch.tensor([ids]), "attention_mask": torch.ones(1, len(ids), dtype=torch.long)}
        return inputs | {"pixel_values": torch.stack(pixels), "images_spatial_crop": torch.tensor(crops)} if pixels else inputs


def features(model, inputs):
    return {"features": model.features(inputs["pixel_values"], inputs["images_spatial_crop"])}


def matters(model, inputs, logits):
    routers = [layer.mlp.gate for layer in model.language["model"].layers if hasattr(layer.mlp, "gate")]
    for router in routers:
        router.top_k -= 1
    try:
        must_change("an expert", model(**inputs).logits[0, -1], logits[-1])
    finally:
        for router in routers:
            router.top_k += 1


# ---- layouts


def published_form(tensors):
    """Queries, keys and values of the tower in one tensor, positions with a batch axis; experts one by one."""
    result = {}
    for name, value in tensors.items():
        if name.startswith("vision.") and ".q_proj." in name:
            parts = [tensors[name.replace("q_proj", f"{part}_proj")] for part in "qkv"]
            result[name.replace("q_proj", "qkv")] = torch.cat(parts)
        elif name == "vision.pos_embed":
            result[name] = value[None]
        elif not (name.startswith("vision.") and (".k_proj." in name or ".v_proj." in name)):
            result[name] = value
    return glm4v_moe.separate(result)


LAYER = r"^vision\.(?:vision_model\.)?encoder\.layers\.(\d+)\."
NAMES = [
    (LAYER + r"self_attn\.out_proj\.", r"vision.blocks.\1.attn.proj."),
    (LAYER + r"self_attn\.", r"vision.blocks.\1.attn."),
    (LAYER + r"layer_norm1\.", r"vision.blocks.\1.norm1."),
    (LAYER + r"layer_norm2\.", r"vision.blocks.\1.norm2."),
    (LAYER, r"vision.blocks.\1."),
    (r"^vision\.(?:vision_model\.)?embeddings\.patch_embedding\.", "vision.patch_embed.proj."),
    (r"^vision\.(?:vision_model\.)?embeddings\.position_embedding\.weight", "vision.pos_embed"),
    (r"^vision\.(?:vision_model\.)?post_layernorm\.", "vision.norm."),
]

TEXT = {
    "attention_bias": False, "bos_token_id": BASE, "eos_token_id": BASE + 1, "first_k_dense_replace": 1,
    "hidden_act": "silu", "hidden_size": 48, "intermediate_size": 64, "max_position_embeddings": 1024,
    "moe_intermediate_size": 16, "n_group": 1, "n_routed_experts": 5, "n_shared_experts": 2, "num_attention_heads": 4,
    "num_experts_per_tok": 2, "num_hidden_layers": 3, "num_key_value_heads": 4, "rms_norm_eps": 1e-06,
    "routed_scaling_factor": 1.0, "topk_group": 1, "topk_method": "greedy", "vocab_size": VOCABULARY,
}
PLAIN = {"kv_lora_rank": None, "q_lora_rank": None, "qk_nope_head_dim": 0, "qk_rope_head_dim": 0, "v_head_dim": 0}
WIDTH, LAYERS, HEADS, MLP = 32, 2, 4, 1.77
TOKENIZER = dict(base=BASE, last=LAST, pattern=QWEN, bos=BOS)
TOKENIZER_SETTINGS = dict(bos_token=BOS, eos_token=EOS, pad_token="<｜▁pad▁｜>", tokenizer_class="LlamaTokenizerFast")


def family(folder, text, plain, **settings):
    text = TEXT | text
    own = dict(text)
    if plain:
        dense = own.pop("first_k_dense_replace")
        own["mlp_layer_types"] = ["dense"] * dense + ["sparse"] * (own["num_hidden_layers"] - dense)
    generation = {"bos_token_id": BASE, "eos_token_id": BASE + 1, "transformers_version": "4.38.2"}
    common = dict(tokenizer=TOKENIZER, template=None, template_file=None, dtype="bfloat16")
    published = Family(
        folder=folder,
        config={
            "architectures": ["DeepseekVLV2ForCausalLM"], "candidate_resolutions": CANDIDATES, "global_view_pos": "head",
            "language_config": {
                "architectures": ["DeepseekV2ForCausalLM"], "auto_map": {"AutoConfig": "configuration_deepseek.DeepseekV2Config"},
                "lm_head": True, "model_type": "deepseek_v2", "rm_head": False, "torch_dtype": "bfloat16",
                "use_mla": not plain, **text, **(PLAIN if plain else {}),
            },
            "model_type": "deepseek_vl_v2",
            "projector_config": {"input_dim": WIDTH, "model_type": "mlp_projector", "n_embed": text["hidden_size"]},
            "tile_tag": "2D", "torch_dtype": "bfloat16", "transformers_version": "4.38.2",
            "vision_config": {
                "heads": HEADS, "image_size": SIDE, "layers": LAYERS, "mlp_ratio": MLP,
                "model_name": "siglip_so400m_patch14_384", "model_type": "vision", "patch_size": PATCH, "width": WIDTH,
            },
        },
        files={
            "processor_config.json": {
                "add_special_token": False, "candidate_resolutions": CANDIDATES, "downsample_ratio": RATIO,
                "ignore_id": -100, "image_mean": HALF, "image_std": HALF, "image_token": "<image>", "mask_prompt": False,
                "normalize": True, "pad_token": "<｜▁pad▁｜>", "patch_size": PATCH,
                "processor_class": "DeepseekVLV2Processor", "sft_format": "deepseek",
            },
            "generation_config.json": generation,
        },
        tokenizer_settings=dict(TOKENIZER_SETTINGS, processor_class="DeepseekVLV2Processor"), names=NAMES,
        to_published=published_form, features=None, **common,
    )
    return Family(
        folder=folder,
        config={
            "architectures": ["Model"], "model_type": Config.model_type, "text_config": own | {"plain": plain},
            "vision_config": {
                "hidden_act": "gelu_pytorch_tanh", "hidden_size": WIDTH, "image_size": SIDE,
                "intermediate_size": int(WIDTH * MLP), "num_attention_heads": HEADS, "num_hidden_layers": LAYERS,
                "patch_size": PATCH, "vision_use_head": False,
            },
        },
        files={"generation_config.json": generation}, tokenizer_settings=dict(TOKENIZER_SETTINGS, processor_class=None),
        names=[], features=features, matters=matters, processor=PublishedCode, original=published, layouts=("published",),
        notes=["computed by transformers' SigLIP and DeepSeek-V2 (plain attention: DeepSeek-OCR-2's text), put together as "
               "the published code does, whose processor this follows"],
        gains=[("position_embedding", lambda noise: 0.5 * noise), ("mlp.experts", 48**0.5),
               ("image_newline", lambda noise: noise), ("view_seperator", lambda noise: noise)],
        **common, **settings,
    )


KEPT = ["text", "one", "two", "three", "very_wide", "very_tall", "tiny", "rgba"]

MODEL = family("deepseek_vl_v2", {}, True, cases={name: CASES[name] for name in KEPT} | {"chat": CASES["turns"]})

# as the larger ones: latent attention; besides, experts in groups
VARIANT = family(
    "deepseek_vl_v2/variant",
    {
        "first_k_dense_replace": 0, "kv_lora_rank": 20, "n_group": 2, "n_routed_experts": 6, "num_hidden_layers": 2,
        "q_lora_rank": None, "qk_nope_head_dim": 12, "qk_rope_head_dim": 8, "routed_scaling_factor": 1.5,
        "topk_method": "group_limited_greedy", "v_head_dim": 10,
    },
    False, cases={name: CASES[name] for name in ["one"]},
)

FAMILIES = [MODEL, VARIANT]
