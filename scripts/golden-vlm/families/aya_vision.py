"""Aya Vision: SigLIP over tiles and the whole picture, pixel shuffle, a gated projector; Cohere 2, logits scaled."""

import functools

from transformers import AyaVisionForConditionalGeneration

from cases import CASES, with_settings
from family import Family

FIRST = ["<PAD>", "<UNK>", "<CLS>", "<SEP>", "<MASK_TOKEN>", "<BOS_TOKEN>", "<EOS_TOKEN>", "<EOP_TOKEN>"]
LAST = [
    "<|START_OF_TURN_TOKEN|>", "<|END_OF_TURN_TOKEN|>", "<|USER_TOKEN|>", "<|CHATBOT_TOKEN|>", "<|SYSTEM_TOKEN|>",
    "<|START_RESPONSE|>", "<|END_RESPONSE|>", "<|START_OF_IMG|>", "<|END_OF_IMG|>", "<|IMG_LINE_BREAK|>",
    "<|IMG_PATCH|>", "TILE_GLOBAL", *[f"TILE_{tile}" for tile in range(1, 7)],
]
BASE = 284
IMAGE, VOCABULARY = BASE + LAST.index("<|IMG_PATCH|>"), 304
HALF = [0.5, 0.5, 0.5]


def scale_logits():
    """transformers 5.23 leaves logit_scale out of this class, unlike 4.50 and the text model's own class."""
    plain = AyaVisionForConditionalGeneration.forward

    @functools.wraps(plain)
    def forward(self, *args, **kwargs):
        out = plain(self, *args, **kwargs)
        out.logits = out.logits * self.config.text_config.logit_scale
        return out

    AyaVisionForConditionalGeneration.forward = forward


scale_logits()


def features(model, inputs):
    return {"features": model.get_image_features(pixel_values=inputs["pixel_values"]).pooler_output.flatten(0, 1)}


def text(**settings):
    """As published, with keys that transformers does not read."""
    return {
        "attention_bias": False, "attention_dropout": 0.0, "bos_token_id": 5, "eos_token_id": BASE + 1,
        "hidden_act": "silu", "hidden_size": 48, "intermediate_size": 64, "layer_norm_eps": 1e-05,
        "max_position_embeddings": 1024, "num_attention_heads": 4, "num_key_value_heads": 2, "pad_token_id": 0,
        "rope_scaling": None, "torch_dtype": "bfloat16", "use_cache": True, "use_embedding_sharing": True,
        "use_gated_activation": True, "use_parallel_block": True, "vocab_size": VOCABULARY, **settings,
    }


def family(folder, text_config, projector, **settings):
    return Family(
        folder=folder,
        config={
            "adapter_layer_norm_eps": 1e-06, "architectures": ["AyaVisionForConditionalGeneration"],
            "downsample_factor": 2, "image_token_index": IMAGE, "max_splits_per_img": 6, "model_type": "aya_vision",
            "text_config": text_config, "torch_dtype": "bfloat16", "transformers_version": "4.50.0.dev0",
            "vision_config": {
                "attention_dropout": 0.0, "hidden_act": "gelu_pytorch_tanh", "hidden_size": 32, "image_size": 16,
                "intermediate_size": 56, "layer_norm_eps": 1e-06, "model_type": "siglip_vision_model",
                "num_attention_heads": 4, "num_channels": 3, "num_hidden_layers": 2, "patch_size": 4,
                "torch_dtype": "bfloat16", "vision_use_head": False,
            },
            "vision_feature_layer": -1, "vision_feature_select_strategy": "full", **projector,
        },
        files={
            "preprocessor_config.json": {
                "crop_to_patches": True, "do_convert_rgb": True, "do_normalize": True, "do_rescale": True,
                "do_resize": True, "image_mean": HALF, "image_processor_type": "GotOcr2ImageProcessor",
                "image_std": HALF, "max_patches": 6, "min_patches": 1, "processor_class": "AyaVisionProcessor",
                "resample": 3, "rescale_factor": 0.00392156862745098, "size": {"height": 16, "width": 16},
            },
            "processor_config.json": {
                "downsample_factor": 2, "end_of_img_token": "<|END_OF_IMG|>", "image_token": "<image>",
                "img_line_break_token": "<|IMG_LINE_BREAK|>", "img_patch_token": "<|IMG_PATCH|>", "img_size": 16,
                "patch_size": 4, "processor_class": "AyaVisionProcessor", "start_of_img_token": "<|START_OF_IMG|>",
                "tile_global_token": "TILE_GLOBAL", "tile_token": "TILE",
            },
            "generation_config.json": {
                "_from_model_config": True, "bos_token_id": 5, "eos_token_id": BASE + 1, "pad_token_id": 0,
                "transformers_version": "4.50.0.dev0",
            },
        },
        tokenizer=dict(base=BASE, first=FIRST, last=LAST, bos="<BOS_TOKEN>"),
        tokenizer_settings=dict(
            processor_class="AyaVisionProcessor", bos_token="<BOS_TOKEN>", eos_token="<|END_OF_TURN_TOKEN|>",
            pad_token="<PAD>", unk_token="<UNK>",
            # the published class, CohereTokenizerFast, builds a tokenizer of its own from the file's words
            tokenizer_class="PreTrainedTokenizerFast",
        ),
        template="aya_vision",
        names=[
            (r"^model\.vision_tower\.(?!vision_model\.)", "vision_tower.vision_model."),
            (r"^model\.multi_modal_projector\.", "multi_modal_projector."),
            (r"^model\.language_model\.", "language_model.model."),
        ],
        features=features, dtype="bfloat16",
        # small tied embeddings, so that a token does not call for itself, and a last norm that makes up for it
        gains=[("language_model.norm", lambda noise: 8 + noise), ("embed_tokens", 0.15)],
        **settings,
    )


KEPT = ["text", "one", "two", "three", "very_wide", "very_tall", "tiny", "rgba"]

# a window shorter than the prompts, in layers around one that attends to all without positions
MODEL = family(
    "aya_vision",
    text(
        logit_scale=0.25, model_type="cohere2", num_hidden_layers=3, rope_theta=50000, sliding_window=12,
        sliding_window_pattern=2,
    ),
    {"alignment_intermediate_size": 72},
    cases={name: CASES[name] for name in KEPT} | {"settings": with_settings(max_patches=2)["settings"]},
)

# Cohere's first text model, with positions in all layers; the projector as wide as the text where the config is silent
VARIANT = family(
    "aya_vision/variant",
    text(logit_scale=0.0625, model_type="cohere", num_hidden_layers=2, rope_theta=8000, use_qk_norm=False),
    {},
    cases={"one": CASES["one"]},
    layouts=("published",),
)

FAMILIES = [MODEL, VARIANT]
