"""LLaVA 1.5: a CLIP tower, a two-layer projector, a Llama; and a variant with everything set otherwise."""

import torch

from family import CLIP_MEAN, CLIP_STD, Family

# the published checkpoints' names, from those of the model in memory
NAMES = [
    (r"^model\.vision_tower\.(?!vision_model\.)", "vision_tower.vision_model."),
    (r"^model\.multi_modal_projector\.", "multi_modal_projector."),
    (r"^model\.language_model\.", "language_model.model."),
    (r"^lm_head\.", "language_model.lm_head."),
]
TOKENIZER = dict(base=400, first=["<unk>", "<s>", "</s>"], last=["<image>", "<pad>"], bos="<s>")
IMAGE, PAD, VOCABULARY = 400, 401, 416


def features(model, inputs):
    out = model.get_image_features(pixel_values=inputs["pixel_values"])
    return {"features": torch.cat(list(out.pooler_output)).flatten(0, -2)}


def preprocessor(size):
    return {
        "crop_size": {"height": size, "width": size}, "do_center_crop": True, "do_convert_rgb": True,
        "do_normalize": True, "do_rescale": True, "do_resize": True, "image_mean": CLIP_MEAN,
        "image_processor_type": "CLIPImageProcessor", "image_std": CLIP_STD, "processor_class": "LlavaProcessor",
        "resample": 3, "rescale_factor": 0.00392156862745098, "size": {"shortest_edge": size},
    }


def settings(processor="LlavaProcessor"):
    return dict(
        processor_class=processor, bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="<pad>",
        tokenizer_class="LlamaTokenizer",
    )


def processor(patch, strategy):
    return {
        "image_token": "<image>", "num_additional_image_tokens": 1, "patch_size": patch,
        "processor_class": "LlavaProcessor", "vision_feature_select_strategy": strategy,
    }


GENERATION = {"_from_model_config": True, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": PAD}

PLAIN = Family(
    folder="llava",
    config={
        "architectures": ["LlavaForConditionalGeneration"], "ignore_index": -100, "image_token_index": IMAGE,
        "model_type": "llava", "pad_token_id": PAD, "projector_hidden_act": "gelu",
        "text_config": {
            "architectures": ["LlamaForCausalLM"], "hidden_size": 48, "intermediate_size": 80,
            "max_position_embeddings": 512, "model_type": "llama", "num_attention_heads": 4, "num_hidden_layers": 3,
            "num_key_value_heads": 2, "rms_norm_eps": 1e-05, "rope_theta": 5000.0, "torch_dtype": "float32",
            "vocab_size": VOCABULARY,
        },
        "tie_word_embeddings": False, "torch_dtype": "float32", "transformers_version": "4.36.0.dev0",
        "vision_config": {
            "hidden_size": 40, "image_size": 40, "intermediate_size": 72, "model_type": "clip_vision_model",
            "num_attention_heads": 5, "num_hidden_layers": 4, "patch_size": 8, "projection_dim": 32,
            "vocab_size": 32000,
        },
        "vision_feature_layer": -2, "vision_feature_select_strategy": "default",
    },
    files={
        "preprocessor_config.json": preprocessor(40), "processor_config.json": processor(8, "default"),
        "generation_config.json": GENERATION,
    },
    tokenizer=TOKENIZER, tokenizer_settings=settings(), template="llava", names=NAMES, features=features,
    layouts=("published", "transformers5", "published-bf16"),
)

# two feature layers with the class token kept, no bias in the projector, tied embeddings, heads wider than hidden / heads
VARIANT = Family(
    folder="llava/variant",
    config={
        "architectures": ["LlavaForConditionalGeneration"], "ignore_index": -100, "image_seq_length": 37,
        "image_token_index": IMAGE, "model_type": "llava", "multimodal_projector_bias": False, "pad_token_id": PAD,
        "projector_hidden_act": "gelu",
        "text_config": {
            "architectures": ["MistralForCausalLM"], "head_dim": 20, "hidden_act": "silu", "hidden_size": 56,
            "intermediate_size": 72, "max_position_embeddings": 640, "model_type": "mistral",
            "num_attention_heads": 4, "num_hidden_layers": 2, "num_key_value_heads": 1, "rms_norm_eps": 1e-06,
            "rope_theta": 1000000.0, "sliding_window": None, "tie_word_embeddings": True, "torch_dtype": "float32",
            "vocab_size": VOCABULARY,
        },
        "tie_word_embeddings": True, "torch_dtype": "float32", "transformers_version": "4.49.0",
        "vision_config": {
            "hidden_act": "gelu", "hidden_size": 32, "image_size": 42, "intermediate_size": 60,
            "layer_norm_eps": 1e-06, "model_type": "clip_vision_model", "num_attention_heads": 4,
            "num_hidden_layers": 3, "patch_size": 7, "projection_dim": 24,
        },
        "vision_feature_layer": [-1, -2], "vision_feature_select_strategy": "full",
    },
    files={
        "preprocessor_config.json": preprocessor(42), "processor_config.json": processor(7, "full"),
        "generation_config.json": GENERATION,
    },
    tokenizer=TOKENIZER, tokenizer_settings=settings(), template="llava", template_file="chat_template.json",
    names=NAMES[:3], features=features, gains=[("embed_tokens", 0.15)],
)

FAMILIES = [PLAIN, VARIANT]
