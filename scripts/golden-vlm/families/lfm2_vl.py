"""LFM2-VL: SigLIP 2 over tiles and a smaller picture of any shape, pixel unshuffle; short convolutions and attention."""

import torch

from cases import CASES, with_settings
from family import Family
from goldens import must_change

FIRST = ["<|pad|>", "<|startoftext|>", "<|endoftext|>"]
LAST = [
    "<|im_start|>", "<|im_end|>", "<image>", "<|image_start|>", "<|image_end|>", "<|img_thumbnail|>",
    *[f"<|img_row_{row}_col_{column}|>" for row in range(1, 4) for column in range(1, 4)],
]
BASE, VOCABULARY = 284, 304
HALF = [0.5, 0.5, 0.5]
NAMES = ["pixel_values", "spatial_shapes", "pixel_attention_mask"]


def features(model, inputs):
    pieces = model.get_image_features(**{name: inputs[name] for name in NAMES}).pooler_output
    return {"features": torch.cat(list(pieces))}


def matters(model, inputs, logits):
    """What convolutions take from tokens before must count."""
    for layer in model.model.language_model.layers:
        if hasattr(layer, "conv"):
            kernel = layer.conv.conv.weight.data
            layer.conv.conv.weight.data = kernel * kernel.new_tensor([0.0, 0.0, 1.0])
            must_change("earlier tokens", model(**inputs).logits[0, -1], logits[-1])
            layer.conv.conv.weight.data = kernel


KEPT = ["text", "one", "two", "three", "column", "tiny", "grey", "rgba"]
# published in config.json too, where transformers does not read them
TILES = {
    "do_image_splitting": True, "downsample_factor": 2, "encoder_patch_size": 4, "max_image_tokens": 8,
    "max_num_patches": 32, "max_pixels_tolerance": 4.0, "max_tiles": 6, "min_image_tokens": 3, "min_tiles": 2,
    "tile_size": 16, "use_thumbnail": True,
}

MODEL = Family(
    folder="lfm2_vl",
    config={
        "architectures": ["Lfm2VlForConditionalGeneration"], "image_token_id": BASE + 2,
        "model_type": "lfm2_vl", "projector_bias": True, "projector_hidden_act": "gelu",
        "projector_hidden_size": 40, "projector_use_layernorm": True,
        "text_config": {
            "architectures": ["Lfm2ForCausalLM"], "block_auto_adjust_ff_dim": True, "block_dim": 48,
            "block_ff_dim": 96, "block_ffn_dim_multiplier": 1.0, "block_mlp_init_scale": 1.0,
            "block_multiple_of": 16, "block_norm_eps": 1e-05, "block_out_init_scale": 1.0,
            "block_use_swiglu": True, "block_use_xavier_init": True, "bos_token_id": 1, "conv_L_cache": 3,
            "conv_bias": False, "conv_dim": 48, "conv_dim_out": 48, "conv_use_xavier_init": True,
            "eos_token_id": BASE + 1, "full_attn_idxs": [1], "hidden_size": 48, "initializer_range": 0.02,
            "max_position_embeddings": 1024, "model_type": "lfm2", "norm_eps": 1e-05, "num_attention_heads": 4,
            "num_heads": 4, "num_hidden_layers": 3, "num_key_value_heads": 2, "pad_token_id": 0,
            "rope_theta": 1000000.0, "torch_dtype": "bfloat16", "use_cache": True, "use_pos_enc": True,
            "vocab_size": VOCABULARY,
        },
        "torch_dtype": "bfloat16", "transformers_version": "4.57.0.dev0", "use_image_special_tokens": True,
        "vision_config": {
            "attention_dropout": 0.0, "hidden_act": "gelu_pytorch_tanh", "hidden_size": 24,
            "intermediate_size": 40, "layer_norm_eps": 1e-06, "model_type": "siglip2_vision_model",
            "num_attention_heads": 3, "num_channels": 3, "num_hidden_layers": 2, "num_patches": 25,
            "patch_size": 4, "torch_dtype": "bfloat16", "vision_use_head": False,
        },
        "vision_feature_layer": -1, **TILES,
    },
    files={
        "preprocessor_config.json": {
            "crop_size": None, "data_format": "channels_first", "default_to_square": True, "device": None,
            "disable_grouping": None, "do_center_crop": None, "do_convert_rgb": True, "do_normalize": True,
            "do_pad": True, "do_rescale": True, "do_resize": True, "image_mean": HALF,
            "image_processor_type": "Lfm2VlImageProcessorFast", "image_std": HALF, "input_data_format": None,
            "processor_class": "Lfm2VlProcessor", "resample": 2, "rescale_factor": 0.00392156862745098,
            "return_row_col_info": True, "return_tensors": None, "size": {"height": 16, "width": 16}, **TILES,
        },
        "generation_config.json": {
            "_from_model_config": True, "bos_token_id": 1, "eos_token_id": BASE + 1, "pad_token_id": 0,
            "transformers_version": "4.57.0.dev0",
        },
    },
    tokenizer=dict(base=BASE, first=FIRST, last=LAST, bos="<|startoftext|>"),
    tokenizer_settings=dict(
        processor_class="Lfm2VlProcessor", bos_token="<|startoftext|>", eos_token="<|im_end|>",
        pad_token="<|pad|>", tokenizer_class="PreTrainedTokenizerFast",
    ),
    template="lfm2_vl", template_file="chat_template.jinja",
    names=[(r"^model\.vision_tower\.(?!vision_model\.)", "model.vision_tower.vision_model.")],
    features=features, matters=matters, dtype="bfloat16", backend="torchvision",
    # small tied embeddings, so that a token does not call for itself, and a last norm that makes up for it
    gains=[
        ("embedding_norm", lambda noise: 10 + noise), ("embed_tokens", 0.1), ("conv.conv", 2.0), ("out_proj", 1.5),
        ("q_layernorm", lambda noise: 2 + noise), ("linear_2", 2.0),
    ],
    cases={name: CASES[name] for name in KEPT} | {"settings": with_settings(max_tiles=4)["settings"]},
)

FAMILIES = [MODEL]
