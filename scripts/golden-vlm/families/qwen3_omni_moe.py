"""Qwen3-Omni's thinker: Qwen3-VL's tower under other names, experts in all layers; audio and speech go unused."""

import copy

import torch

from cases import CASES
from families import glm4v_moe, qwen, qwen3_vl_moe
from family import Family
from presets import QWEN_TOKENS

AUDIO_TOKENS = [
    "<|audio_start|>", "<|audio_end|>", "<tts_pad>", "<tts_text_bos>", "<tts_text_eod>", "<tts_text_bos_single>",
    "<|audio_pad|>",
]
TOKENS = QWEN_TOKENS + AUDIO_TOKENS
NAMED = {
    "audio_bos_token": "<|audio_start|>", "audio_eos_token": "<|audio_end|>", "audio_token": "<|audio_pad|>",
    "image_token": "<|image_pad|>", "video_token": "<|video_pad|>", "vision_bos_token": "<|vision_start|>",
    "vision_eos_token": "<|vision_end|>",
}
KEPT = ["text", "one", "two", "three", "tiny", "rgba"]


def id_of(token):
    return qwen.BASE + TOKENS.index(token)


def features(model, inputs):
    grid = inputs["image_grid_thw"]
    out = model.get_image_features(pixel_values=inputs["pixel_values"], image_grid_thw=grid)
    positions, delta = model.model.get_rope_index(
        inputs["input_ids"], image_grid_thw=grid, attention_mask=inputs["attention_mask"]
    )
    levels = {f"deepstack_{level}": qwen.joined(value) for level, value in enumerate(out.deepstack_features)}
    return levels | {
        "features": qwen.joined(out.pooler_output), "position_ids": positions[:, 0].long(), "rope_delta": delta.long(),
    }


def published(tensors):
    """Experts one by one, and some of what speaks."""
    silent = {"talker.model.norm.weight": torch.ones(4), "code2wav.pre_transformer.norm.weight": torch.ones(4)}
    return glm4v_moe.separate(tensors) | silent


THINKER = {
    "audio_config": {
        "d_model": 8, "downsample_hidden_size": 2, "encoder_attention_heads": 2, "encoder_ffn_dim": 8,
        "encoder_layers": 1, "max_source_positions": 16, "model_type": "qwen3_omni_moe_audio_encoder",
        "num_hidden_layers": 1, "num_mel_bins": 16, "output_dim": 48,
    },
    "audio_end_token_id": id_of("<|audio_end|>"), "audio_start_token_id": id_of("<|audio_start|>"),
    "audio_token_id": id_of("<|audio_pad|>"), "dtype": "bfloat16", "image_token_id": id_of("<|image_pad|>"),
    "initializer_range": 0.02, "model_type": "qwen3_omni_moe_thinker", "position_id_per_seconds": 13,
    "seconds_per_chunk": 2,
    "text_config": {
        "attention_bias": False, "attention_dropout": 0.0, "bos_token_id": None, "decoder_sparse_step": 1,
        "dtype": "bfloat16", "eos_token_id": None, "head_dim": 16, "hidden_act": "silu", "hidden_size": 48,
        "initializer_range": 0.02, "intermediate_size": 16, "max_position_embeddings": 1024, "mlp_only_layers": [],
        "model_type": "qwen3_omni_moe_text", "moe_intermediate_size": 16, "norm_topk_prob": True,
        "num_attention_heads": 4, "num_experts": 5, "num_experts_per_tok": 2, "num_hidden_layers": 3,
        "num_key_value_heads": 2, "rms_norm_eps": 1e-06,
        "rope_scaling": {
            "interleaved": True, "mrope_interleaved": True, "mrope_section": [4, 2, 2], "rope_type": "default",
            "type": "default",
        },
        "rope_theta": 1000000, "router_aux_loss_coef": 0.001, "shared_expert_intermediate_size": 0,
        "sliding_window": None, "tie_word_embeddings": False, "use_cache": True, "use_qk_norm": True,
        "use_sliding_window": False, "vocab_size": qwen.VOCABULARY,
    },
    "user_token_id": 7, "video_token_id": id_of("<|video_pad|>"),
    "vision_config": {
        "apply_vit_abs_pos_embed": True, "deepstack_visual_indexes": [0, 1], "depth": 3,
        "hidden_act": "gelu_pytorch_tanh", "hidden_size": 16, "image_size": 48, "in_channels": 3, "in_chans": 3,
        "initializer_range": 0.02, "intermediate_size": 40, "model_type": "qwen3_omni_moe_vision_encoder",
        "num_heads": 2, "num_position_embeddings": 36, "out_hidden_size": 48, "patch_size": 8, "spatial_merge_size": 2,
        "spatial_patch_size": 8, "temporal_patch_size": 2, "tokens_per_second": 2,
    },
    "vision_end_token_id": id_of("<|vision_end|>"), "vision_start_token_id": id_of("<|vision_start|>"),
}

# the image processor's settings and those of the feature extractor for audio are published in one file
PREPROCESSOR = {
    "chunk_length": 300, "dither": 0.0, "do_convert_rgb": True, "do_normalize": True, "do_rescale": True,
    "do_resize": True, "feature_extractor_type": "WhisperFeatureExtractor", "feature_size": 16, "hop_length": 160,
    "image_mean": [0.5, 0.5, 0.5], "image_processor_type": "Qwen2VLImageProcessor", "image_std": [0.5, 0.5, 0.5],
    "max_pixels": 1536, "merge_size": 2, "min_pixels": 1024, "n_fft": 400, "n_samples": 4800000, "nb_max_frames": 30000,
    "padding_side": "right", "padding_value": 0.0, "patch_size": 8, "processor_class": "Qwen3OmniMoeProcessor",
    "resample": 3, "rescale_factor": 0.00392156862745098, "return_attention_mask": True, "sampling_rate": 16000,
    "temporal_patch_size": 2,
}

# says nothing of the thinker, not even which token ends its answers
GENERATION = {
    "talker_max_new_tokens": 4096, "talker_repetition_penalty": 1.05, "talker_temperature": 0.9, "talker_top_k": 50,
    "talker_top_p": 1.0,
}

PUBLISHED = Family(
    folder="qwen3_omni_moe",
    config={
        "architectures": ["Qwen3OmniMoeForConditionalGeneration"], "assistant_token_id": 8,
        "code2wav_config": {"model_type": "qwen3_omni_moe_code2wav"}, "dtype": "bfloat16", "enable_audio_output": True,
        "im_end_token_id": id_of("<|im_end|>"), "im_start_token_id": id_of("<|im_start|>"),
        "model_type": "qwen3_omni_moe", "system_token_id": 9,
        "talker_config": {"model_type": "qwen3_omni_moe_talker", "text_config": {"num_hidden_layers": 20}},
        "thinker_config": THINKER, "transformers_version": "4.57.0.dev0",
        "tts_bos_token_id": id_of("<tts_text_bos>"), "tts_eos_token_id": id_of("<tts_text_eod>"),
        "tts_pad_token_id": id_of("<tts_pad>"), "user_token_id": 7,
    },
    files={"preprocessor_config.json": PREPROCESSOR, "generation_config.json": GENERATION},
    tokenizer=dict(base=qwen.BASE, last=TOKENS, pattern=qwen.QWEN),
    tokenizer_settings=dict(qwen.settings("Qwen3OmniMoeProcessor"), extra_special_tokens=NAMED, **NAMED),
    template="qwen3_omni_moe", template_file="chat_template.json",
    names=[
        (r"^lm_head", "thinker.lm_head"), (r"^model\.language_model\.", "thinker.model."),
        (r"^model\.(visual|audio_tower)\.", r"thinker.\1."),
    ],
    features=features, to_published=published, dtype="bfloat16",
)

MODEL = Family(
    folder="qwen3_omni_moe",
    config=copy.deepcopy(THINKER) | {"architectures": ["Qwen3OmniMoeThinkerForConditionalGeneration"]},
    files=PUBLISHED.files, tokenizer=PUBLISHED.tokenizer, tokenizer_settings=PUBLISHED.tokenizer_settings,
    template=PUBLISHED.template, template_file=PUBLISHED.template_file, names=[], features=features,
    matters=qwen3_vl_moe.matters, original=PUBLISHED, cases={name: CASES[name] for name in KEPT}, dtype="bfloat16",
    gains=qwen3_vl_moe.MODEL.gains,
    notes=["transformers5 is the thinker saved alone; saved whole, its names are the published ones"],
)

FAMILIES = [MODEL]
