"""InternVL in the layout of transformers: InternViT of the large kind over tiles and the whole picture; Qwen 3."""

from cases import CASES, with_settings
from family import Family
from vocabulary import QWEN

BASE, VOCABULARY = 290, 300
LAST = [
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", ("<think>", False), ("</think>", False), "<img>", "</img>",
    "<IMG_CONTEXT>", "<video>",
]
CONTEXT = BASE + LAST.index("<IMG_CONTEXT>")
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
TOKENIZER = dict(base=BASE, last=LAST, pattern=QWEN)
SETTINGS = dict(
    bos_token=None, eos_token="<|im_end|>", pad_token="<|endoftext|>", unk_token=None, add_bos_token=False,
    add_prefix_space=False, errors="replace", split_special_tokens=False, tokenizer_class="Qwen2Tokenizer",
)
GENERATION = {
    "_from_model_config": True, "bos_token_id": BASE, "eos_token_id": BASE + 2, "pad_token_id": BASE,
    "transformers_version": "4.52.0",
}
GAINS = [
    ("lambda_", lambda noise: 0.6 + 0.1 * noise), ("_token", lambda noise: 0.5 * noise),
    ("position_embeddings", lambda noise: 0.5 * noise), ("q_norm", lambda noise: 1 + 0.1 * noise),
]
TEXT = {
    "attention_dropout": 0.0, "bos_token_id": BASE, "eos_token_id": BASE + 2, "hidden_act": "silu", "hidden_size": 48,
    "initializer_range": 0.02, "intermediate_size": 64, "max_position_embeddings": 1024, "num_attention_heads": 4,
    "num_hidden_layers": 2, "num_key_value_heads": 2, "rms_norm_eps": 1e-06, "use_cache": True,
    "use_sliding_window": False, "vocab_size": VOCABULARY,
}
PREPROCESSOR = {
    "crop_to_patches": False, "data_format": "channels_first", "default_to_square": True, "device": None,
    "do_center_crop": None, "do_convert_rgb": True, "do_normalize": True, "do_rescale": True, "do_resize": True,
    "image_mean": MEAN, "image_processor_type": "GotOcr2ImageProcessorFast", "image_std": STD,
    "input_data_format": None, "max_patches": 6, "min_patches": 1, "processor_class": "InternVLProcessor",
    "resample": 3, "rescale_factor": 0.00392156862745098, "return_tensors": None, "size": {"height": 16, "width": 16},
}
VIDEO = {
    "do_convert_rgb": True, "do_normalize": True, "do_rescale": True, "do_resize": True, "image_mean": MEAN,
    "image_std": STD, "processor_class": "InternVLProcessor", "resample": 3, "rescale_factor": 0.00392156862745098,
    "size": {"height": 16, "width": 16}, "video_processor_type": "InternVLVideoProcessor",
}


def features(model, inputs):
    return {"features": model.get_image_features(pixel_values=inputs["pixel_values"]).pooler_output.flatten(0, 1)}


def vision(**settings):
    return {
        "attention_dropout": 0.0, "hidden_act": "gelu", "hidden_dropout_prob": 0.0, "hidden_size": 32,
        "image_size": [16, 16], "initializer_factor": 0.1, "initializer_range": 1e-10, "intermediate_size": 56,
        "layer_norm_eps": 1e-06, "layer_scale_init_value": 0.1, "model_type": "internvl_vision",
        "num_attention_heads": 4, "num_channels": 3, "num_hidden_layers": 2, "patch_size": [4, 4],
        "projection_dropout": 0.0, "use_absolute_position_embeddings": True, "use_mask_token": False,
        "use_mean_pooling": True, **settings,
    }


# small tied embeddings, and a last norm of either sign, so that a token does not call for itself
TIED = [("language_model.norm", lambda noise: 1.5 * noise), ("embed_tokens", 0.15)]


def family(folder, text, vision_config, gains, **settings):
    return Family(
        folder=folder,
        config={
            "architectures": ["InternVLForConditionalGeneration"], "downsample_ratio": 0.5, "image_seq_length": 4,
            "image_token_id": CONTEXT, "model_type": "internvl", "projector_hidden_act": "gelu",
            "text_config": TEXT | text, "torch_dtype": "bfloat16", "transformers_version": "4.52.0",
            "vision_config": vision_config, "vision_feature_layer": -1, "vision_feature_select_strategy": "default",
        },
        files={
            "preprocessor_config.json": PREPROCESSOR, "video_preprocessor_config.json": VIDEO,
            "processor_config.json": {"image_seq_length": 4, "processor_class": "InternVLProcessor"},
            "generation_config.json": GENERATION,
        },
        tokenizer=TOKENIZER,
        tokenizer_settings=dict(
            SETTINGS, processor_class="InternVLProcessor", start_image_token="<img>", end_image_token="</img>",
            context_image_token="<IMG_CONTEXT>", video_token="<video>",
            extra_special_tokens={
                "start_image_token": "<img>", "end_image_token": "</img>", "context_image_token": "<IMG_CONTEXT>",
                "video_token": "<video>",
            },
        ),
        template="internvl", template_file="chat_template.jinja",
        names=[
            (r"^model\.(vision_tower|multi_modal_projector)\.", r"\1."),
            (r"^model\.language_model\.", "language_model.model."),
            (r"^lm_head\.", "language_model.lm_head."),
        ],
        features=features, dtype="bfloat16", gains=GAINS + gains, **settings,
    )


KEPT = ["text", "one", "two", "very_tall", "rgba"]

# queries and keys normalised, RMS norms, no biases: the tower of six billion parameters
MODEL = family(
    "internvl",
    {"attention_bias": False, "head_dim": 16, "model_type": "qwen3", "rope_scaling": None, "rope_theta": 1000000},
    vision(attention_bias=False, norm_type="rms_norm", use_qk_norm=True), TIED,
    cases={name: CASES[name] for name in KEPT} | {"settings": with_settings(max_patches=2)["settings"]},
)

FAMILIES = [MODEL]
