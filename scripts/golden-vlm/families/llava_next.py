"""LLaVA-NeXT: CLIP over a thumbnail and tiles, unpadded by the picture's size, a learned newline a row; a Mistral."""

import torch

from families import llava
from family import CLIP_MEAN, CLIP_STD, Family

PINPOINTS = [[24, 48], [48, 24], [48, 48], [72, 24], [24, 72]]


def features(model, inputs):
    out = model.get_image_features(pixel_values=inputs["pixel_values"], image_sizes=inputs["image_sizes"])
    return {"features": torch.cat(list(out.pooler_output))}


PREPROCESSOR = {
    "aspect_ratio_setting": "anyres", "crop_size": {"height": 24, "width": 24}, "do_center_crop": True,
    "do_convert_rgb": True, "do_normalize": True, "do_pad": True, "do_rescale": True, "do_resize": True,
    "image_grid_pinpoints": PINPOINTS, "image_mean": CLIP_MEAN,
    "image_processor_type": "LlavaNextImageProcessor", "image_std": CLIP_STD,
    "processor_class": "LlavaNextProcessor", "resample": 3, "rescale_factor": 0.00392156862745098,
    "size": {"shortest_edge": 24},
}

MODEL = Family(
    folder="llava_next",
    config={
        "architectures": ["LlavaNextForConditionalGeneration"], "ignore_index": -100,
        "image_grid_pinpoints": PINPOINTS, "image_token_index": llava.IMAGE, "model_type": "llava_next",
        "projector_hidden_act": "gelu",
        "text_config": {
            "architectures": ["MistralForCausalLM"], "hidden_size": 48, "intermediate_size": 72,
            "max_position_embeddings": 1024, "model_type": "mistral", "num_attention_heads": 6,
            "num_hidden_layers": 3, "num_key_value_heads": 2, "rms_norm_eps": 1e-05, "rope_theta": 1000000.0,
            "sliding_window": None, "torch_dtype": "float32", "vocab_size": llava.VOCABULARY,
        },
        "tie_word_embeddings": False, "torch_dtype": "float32", "transformers_version": "4.39.0.dev0",
        "use_image_newline_parameter": True,
        "vision_config": {
            "hidden_size": 32, "image_size": 24, "intermediate_size": 56, "model_type": "clip_vision_model",
            "num_attention_heads": 4, "num_hidden_layers": 4, "patch_size": 6, "projection_dim": 24,
            "vocab_size": 32000,
        },
        "vision_feature_layer": -2, "vision_feature_select_strategy": "default",
    },
    files={
        "preprocessor_config.json": PREPROCESSOR,
        "processor_config.json": {
            "image_token": "<image>", "num_additional_image_tokens": 1, "patch_size": 6,
            "processor_class": "LlavaNextProcessor", "vision_feature_select_strategy": "default",
        },
        "generation_config.json": llava.GENERATION,
    },
    tokenizer=llava.TOKENIZER, tokenizer_settings=llava.settings(processor="LlavaNextProcessor"),
    template="llava_next", names=llava.NAMES + [(r"^model\.image_newline$", "image_newline")], features=features,
)

FAMILIES = [MODEL]
