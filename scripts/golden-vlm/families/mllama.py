"""Llama 3.2 Vision: a tiled tower whose states the language model reads through gated cross-attention layers."""

from cases import CASES, MESSAGES, Case
from family import CLIP_MEAN, CLIP_STD, Family
from goldens import must_change
from vocabulary import LLAMA3

LAST = ["<|begin_of_text|>", "<|end_of_text|>", "<|finetune_right_pad_id|>", "<|start_header_id|>", "<|end_header_id|>",
        "<|eom_id|>", "<|eot_id|>", "<|python_tag|>", "<|image|>"]
# the picture's token lies one above the vocabulary that has output weights
VOCABULARY = 424
BASE = VOCABULARY - LAST.index("<|image|>")
IDS = {token: BASE + index for index, token in enumerate(LAST)}


def features(model, inputs):
    """[images, tiles, patches + 1, hidden]: the cross-attention states."""
    states = model.model.vision_model(
        inputs["pixel_values"], inputs["aspect_ratio_ids"], inputs["aspect_ratio_mask"]
    ).last_hidden_state
    return {"features": model.model.multi_modal_projector(states)[0]}


def matters(model, inputs, logits):
    other = dict(inputs, aspect_ratio_ids=inputs["aspect_ratio_ids"] % 8 + 1)
    must_change("the aspect ratio", model(**other).logits[0, -1], logits[-1])


def gate(noise):
    """Published gates are small; these let every gated layer show."""
    return 0.7 + 0.2 * noise


# the template takes no system message beside a picture
TALKS = CASES | {"turns": Case(MESSAGES["turns"][1:])}

MODEL = Family(
    folder="mllama",
    config={
        "architectures": ["MllamaForConditionalGeneration"], "image_token_index": IDS["<|image|>"],
        "model_type": "mllama",
        "text_config": {
            "bos_token_id": IDS["<|begin_of_text|>"], "cross_attention_layers": [1, 3], "dropout": 0,
            "eos_token_id": [IDS["<|end_of_text|>"], IDS["<|eom_id|>"], IDS["<|eot_id|>"]], "hidden_act": "silu",
            "hidden_size": 48, "initializer_range": 0.02, "intermediate_size": 64, "max_position_embeddings": 1024,
            "model_type": "mllama_text_model", "num_attention_heads": 4, "num_hidden_layers": 5,
            "num_key_value_heads": 2, "pad_token_id": IDS["<|finetune_right_pad_id|>"], "rms_norm_eps": 1e-05,
            "rope_scaling": {
                "factor": 8.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0,
                "original_max_position_embeddings": 64, "rope_type": "llama3",
            },
            "rope_theta": 500000.0, "tie_word_embeddings": False, "torch_dtype": "float32", "use_cache": True,
            "vocab_size": VOCABULARY,
        },
        "torch_dtype": "float32", "transformers_version": "4.45.0.dev0",
        "vision_config": {
            "attention_heads": 4, "hidden_act": "gelu", "hidden_size": 24, "image_size": 28,
            "intermediate_layers_indices": [0, 2], "intermediate_size": 44, "max_num_tiles": 4,
            "model_type": "mllama_vision_model", "norm_eps": 1e-05, "num_channels": 3, "num_global_layers": 2,
            "num_hidden_layers": 4, "patch_size": 7,
            "supported_aspect_ratios": [[1, 1], [1, 2], [1, 3], [1, 4], [2, 1], [2, 2], [3, 1], [4, 1]],
            "torch_dtype": "float32", "vision_output_dim": 72,
        },
    },
    files={
        "preprocessor_config.json": {
            "do_convert_rgb": True, "do_normalize": True, "do_pad": True, "do_rescale": True, "do_resize": True,
            "image_mean": CLIP_MEAN, "image_processor_type": "MllamaImageProcessor", "image_std": CLIP_STD,
            "max_image_tiles": 4, "resample": 2, "rescale_factor": 0.00392156862745098,
            "size": {"height": 28, "width": 28},
        },
        "generation_config.json": {
            "bos_token_id": IDS["<|begin_of_text|>"], "do_sample": True,
            "eos_token_id": [IDS["<|end_of_text|>"], IDS["<|eom_id|>"], IDS["<|eot_id|>"]],
            "pad_token_id": IDS["<|finetune_right_pad_id|>"], "temperature": 0.6, "top_p": 0.9,
            "transformers_version": "4.45.0.dev0",
        },
    },
    tokenizer=dict(base=BASE, last=LAST, pattern=LLAMA3, bos="<|begin_of_text|>"),
    tokenizer_settings=dict(
        processor_class="MllamaProcessor", bos_token="<|begin_of_text|>", eos_token="<|eot_id|>",
        pad_token="<|finetune_right_pad_id|>", tokenizer_class="PreTrainedTokenizerFast",
    ),
    template="mllama",
    names=[
        (r"^model\.vision_model\.", "vision_model."), (r"^model\.multi_modal_projector\.", "multi_modal_projector."),
        (r"^model\.language_model\.", "language_model.model."), (r"^lm_head\.", "language_model.lm_head."),
    ],
    features=features, matters=matters, cases=TALKS,
    gains=[("gate_proj", 1.0), ("gate", gate), ("class_embedding", lambda noise: 0.5 * noise)],
)

FAMILIES = [MODEL]
