"""Gemma 4: packed patches in squares of three, clipped linears, per-layer embeddings, shared keys and values."""

import torch
from transformers.models.gemma4 import image_processing_gemma4, image_processing_pil_gemma4

from cases import CASES, with_settings
from family import Family
from goldens import must_change

# tiny pictures of a few tokens, where published models have 70 and more
for module in (image_processing_gemma4, image_processing_pil_gemma4):
    module._SUPPORTED_SOFT_TOKENS += (6, 12)

FIRST = ["<pad>", "<eos>", "<bos>", "<unk>"]
LAST = [
    "<|turn>", "<turn|>", "<|image>", "<|image|>", "<image|>", "<|audio>", "<|audio|>", "<audio|>", "<|video|>",
]
BASE = 262
IDS = {token: BASE + index for index, token in enumerate(LAST)}
VOCABULARY = 272
TOKENS = {
    "audio_token": "<|audio|>", "boa_token": "<|audio>", "boi_token": "<|image>", "eoa_token": "<audio|>",
    "eoi_token": "<image|>", "image_token": "<|image|>",
}


def features(model, inputs):
    found = model.get_image_features(
        pixel_values=inputs["pixel_values"], image_position_ids=inputs["image_position_ids"]
    )
    return {"features": torch.cat(found.pooler_output)}


def text(**settings):
    """As published, with keys that transformers does not read."""
    return {
        "attention_bias": False, "attention_dropout": 0.0, "attention_k_eq_v": False, "bos_token_id": 2,
        "dtype": "bfloat16", "enable_moe_block": False, "eos_token_id": 1, "expert_intermediate_size": None,
        "final_logit_softcapping": 30.0, "global_head_dim": 24, "head_dim": 12,
        "hidden_activation": "gelu_pytorch_tanh", "hidden_size": 40, "hidden_size_per_layer_input": 0,
        "initializer_range": 0.02, "intermediate_size": 40, "max_position_embeddings": 1024,
        "model_type": "gemma4_text", "num_attention_heads": 4, "num_experts": None, "num_global_key_value_heads": None,
        "num_key_value_heads": 1, "num_kv_shared_layers": 0, "pad_token_id": 0, "rms_norm_eps": 1e-06,
        "rope_parameters": {
            "full_attention": {
                "partial_rotary_factor": 0.25, "rope_theta": 1000000.0, "rope_type": "proportional",
            },
            "sliding_attention": {"rope_theta": 10000.0, "rope_type": "default"},
        },
        "sliding_window": 8, "tie_word_embeddings": True, "top_k_experts": None, "use_bidirectional_attention": None,
        "use_cache": True, "use_double_wide_mlp": False, "vocab_size": VOCABULARY,
        "vocab_size_per_layer_input": VOCABULARY, **settings,
    }


def vision(**settings):
    return {
        "attention_bias": False, "attention_dropout": 0.0, "default_output_length": 12, "dtype": "bfloat16",
        "global_head_dim": 8, "head_dim": 8, "hidden_activation": "gelu_pytorch_tanh", "hidden_size": 32,
        "initializer_range": 0.02, "intermediate_size": 40, "max_position_embeddings": 131072,
        "model_type": "gemma4_vision", "num_attention_heads": 4, "num_hidden_layers": 2, "num_key_value_heads": 4,
        "patch_size": 2, "pooling_kernel_size": 3, "position_embedding_size": 40, "rms_norm_eps": 1e-06,
        "rope_parameters": {"rope_theta": 100.0, "rope_type": "default"}, "standardize": False,
        "use_clipped_linears": False, **settings,
    }


AUDIO = {
    "attention_chunk_size": 4, "attention_context_left": 3, "attention_context_right": 0, "conv_kernel_size": 3,
    "dtype": "bfloat16", "hidden_act": "silu", "hidden_size": 8, "model_type": "gemma4_audio",
    "num_attention_heads": 2, "num_hidden_layers": 1, "output_proj_dims": 8, "rms_norm_eps": 1e-06,
    "subsampling_conv_channels": [2, 2], "use_clipped_linears": True,
}


def processor(normalize):
    pixels = {
        "do_convert_rgb": True, "do_normalize": normalize, "do_rescale": True, "do_resize": True,
        "image_mean": [0.0, 0.0, 0.0], "image_std": [1.0, 1.0, 1.0], "max_soft_tokens": 12, "patch_size": 2,
        "pooling_kernel_size": 3, "resample": 3, "rescale_factor": 0.00392156862745098,
    }
    return {
        "audio_ms_per_token": 40, "audio_seq_length": 750,
        "feature_extractor": {
            "feature_extractor_type": "Gemma4AudioFeatureExtractor", "feature_size": 128, "sampling_rate": 16000,
        },
        "image_processor": {"image_processor_type": "Gemma4ImageProcessor", "image_seq_length": 12, **pixels},
        "image_seq_length": 12, "processor_class": "Gemma4Processor",
        "video_processor": {
            "do_sample_frames": True, "num_frames": 32, "return_metadata": False,
            "video_processor_type": "Gemma4VideoProcessor", **pixels, "max_soft_tokens": 70,
        },
    }


def bound(value):
    """A number that a clipped linear clips by."""
    return lambda noise: value + 0.1 * noise.abs()


def embeddings(size):
    """Those of placeholders are zero, so that they are never generated: transformers would read them as padding."""

    def rows(noise):
        result = size * noise
        result[[IDS["<|image|>"], IDS["<|audio|>"], IDS["<|video|>"]]] = 0
        return result

    return rows


def family(folder, text_config, vision_config, audio_config=None, normalize=False, size=0.06, **settings):
    return Family(
        folder=folder,
        config={
            "architectures": ["Gemma4ForConditionalGeneration"], "audio_config": audio_config,
            "audio_token_id": IDS["<|audio|>"], "boa_token_id": IDS["<|audio>"], "boi_token_id": IDS["<|image>"],
            "dtype": "bfloat16", "eoa_token_id": IDS["<audio|>"], "eoa_token_index": IDS["<audio|>"],
            "eoi_token_id": IDS["<image|>"], "eos_token_id": [1, IDS["<turn|>"]],
            "image_token_id": IDS["<|image|>"], "initializer_range": 0.02, "model_type": "gemma4",
            "text_config": text_config, "tie_word_embeddings": True, "transformers_version": "5.5.0.dev0",
            "video_token_id": IDS["<|video|>"], "vision_config": vision_config, "vision_soft_tokens_per_image": 12,
        },
        files={
            "processor_config.json": processor(normalize),
            "generation_config.json": {
                "bos_token_id": 2, "do_sample": True, "eos_token_id": [1, IDS["<turn|>"]], "pad_token_id": 0,
                "temperature": 1.0, "top_k": 64, "top_p": 0.95, "transformers_version": "5.5.0.dev0",
            },
        },
        tokenizer=dict(base=BASE, first=FIRST, last=LAST, bos="<bos>"),
        tokenizer_settings=dict(
            processor_class="Gemma4Processor", bos_token="<bos>", eos_token="<eos>", pad_token="<pad>",
            unk_token="<unk>", extra_special_tokens=TOKENS,
            # the published class, GemmaTokenizer, is for sentences cut by SentencePiece
            tokenizer_class="PreTrainedTokenizerFast",
        ),
        template="gemma4", template_file="chat_template.jinja", names=[], features=features, dtype="bfloat16",
        gains=[
            ("input_min", bound(-1.6)), ("input_max", bound(1.4)), ("output_min", bound(-1.2)),
            ("output_max", bound(1.1)), ("layer_scalar", lambda noise: 0.8 + 0.1 * noise),
            ("router.scale", lambda noise: 1 + 0.3 * noise), ("per_expert_scale", lambda noise: 1 + 0.3 * noise),
            ("std_bias", lambda noise: 0.3 * noise), ("std_scale", lambda noise: 1 + 0.2 * noise),
            # scores are not divided by anything
            ("q_norm", lambda noise: 0.3 + 0.06 * noise), ("k_norm", lambda noise: 0.4 + 0.1 * noise),
            # small tied embeddings, so that a token does not call for itself, and a last norm that makes up for it
            ("language_model.norm", lambda noise: (0.36 + 0.06 * noise) / size), ("per_layer_input_gate", 0.3),
            ("embed_tokens_per_layer", 1.0), ("embed_tokens", embeddings(size)),
        ],
        **settings,
    )


KEPT = ["text", "one", "two", "three", "very_wide", "very_tall", "tiny", "rgba"]

# sliding and full layers with keys and values of their own, then two that read those of others
MODEL = family(
    "gemma4",
    text(
        hidden_size_per_layer_input=8, num_hidden_layers=6, num_kv_shared_layers=2, use_double_wide_mlp=True,
        layer_types=["sliding_attention", "full_attention"] * 3,
    ),
    vision(use_clipped_linears=True), AUDIO, normalize=True, size=0.12, seed=20261132,
    cases={name: CASES[name] for name in KEPT} | {"settings": with_settings(max_soft_tokens=6)["settings"]},
)


def blocks_matter(model, inputs, logits):
    other = dict(inputs, mm_token_type_ids=inputs["mm_token_type_ids"] * 0)
    must_change("that image tokens see each other", model(**other).logits[0, -1], logits[-1])


# pictures longer than the window, whose tokens see each other in sliding layers; values made of keys in the others
DENSE = family(
    "gemma4/dense",
    text(
        attention_k_eq_v=True, num_global_key_value_heads=2, num_key_value_heads=4, num_hidden_layers=2,
        layer_types=["sliding_attention", "full_attention"], use_bidirectional_attention="vision",
    ),
    vision(num_hidden_layers=1, standardize=True), matters=blocks_matter,
    cases={name: CASES[name] for name in ("one", "three")}, layouts=("published",),
)


def experts_matter(model, inputs, logits):
    layers = model.model.language_model.layers
    for layer in layers:
        layer.router.config.top_k_experts = 1
    fewer = model(**inputs).logits[0, -1]
    for layer in layers:
        layer.router.config.top_k_experts = 2
    must_change("the second expert", fewer, logits[-1])


# experts beside the MLP of each layer
EXPERTS = family(
    "gemma4/experts",
    text(
        enable_moe_block=True, intermediate_size=24, layer_types=["sliding_attention", "full_attention"],
        moe_intermediate_size=8, num_experts=4, num_hidden_layers=2, top_k_experts=2,
    ),
    vision(num_hidden_layers=1), matters=experts_matter, cases={"one": CASES["one"]}, layouts=("published",),
)

FAMILIES = [MODEL, DENSE, EXPERTS]
