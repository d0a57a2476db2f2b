"""Gemma 3: SigLIP, pooled to a fixed number of tokens that see each other; sliding windows, two rotary bases."""

from cases import with_settings
from family import Family
from goldens import must_change

IMAGE, VOCABULARY = 412, 448


def features(model, inputs):
    return {"features": model.get_image_features(pixel_values=inputs["pixel_values"]).pooler_output.flatten(0, 1)}


def matters(model, inputs, logits):
    must_change("that image tokens see each other", model(**dict(inputs, token_type_ids=None)).logits[0, -1], logits[-1])


def around_zero(noise):
    """A norm that multiplies by 1 + weight."""
    return 0.2 * noise


MODEL = Family(
    folder="gemma3",
    config={
        "architectures": ["Gemma3ForConditionalGeneration"], "boi_token_index": 410, "eoi_token_index": 411,
        "eos_token_id": [1, 5], "image_token_index": IMAGE, "initializer_range": 0.02, "mm_tokens_per_image": 9,
        "model_type": "gemma3",
        "text_config": {
            "head_dim": 20, "hidden_size": 48, "intermediate_size": 72, "max_position_embeddings": 1024,
            "model_type": "gemma3_text", "num_attention_heads": 4, "num_hidden_layers": 4, "num_key_value_heads": 2,
            "query_pre_attn_scalar": 24, "rope_scaling": {"factor": 8.0, "rope_type": "linear"},
            "sliding_window": 12, "sliding_window_pattern": 3, "vocab_size": VOCABULARY,
        },
        "torch_dtype": "float32", "transformers_version": "4.50.0.dev0",
        "vision_config": {
            "hidden_size": 32, "image_size": 48, "intermediate_size": 60, "model_type": "siglip_vision_model",
            "num_attention_heads": 4, "num_hidden_layers": 3, "patch_size": 8, "vision_use_head": False,
        },
    },
    files={
        "preprocessor_config.json": {
            "do_convert_rgb": None, "do_normalize": True, "do_pan_and_scan": None, "do_rescale": True,
            "do_resize": True, "image_mean": [0.5, 0.5, 0.5], "image_processor_type": "Gemma3ImageProcessor",
            "image_seq_length": 9, "image_std": [0.5, 0.5, 0.5], "pan_and_scan_max_num_crops": None,
            "pan_and_scan_min_crop_size": None, "pan_and_scan_min_ratio_to_activate": None,
            "processor_class": "Gemma3Processor", "resample": 2, "rescale_factor": 0.00392156862745098,
            "size": {"height": 48, "width": 48},
        },
        "processor_config.json": {"image_seq_length": 9, "processor_class": "Gemma3Processor"},
        "generation_config.json": {
            "bos_token_id": 2, "cache_implementation": "hybrid", "do_sample": True, "eos_token_id": [1, 5],
            "pad_token_id": 0, "top_k": 64, "top_p": 0.95, "transformers_version": "4.50.0.dev0",
        },
    },
    tokenizer=dict(
        base=410, first=["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"],
        last=["<start_of_image>", "<end_of_image>", "<image_soft_token>"], bos="<bos>",
    ),
    tokenizer_settings=dict(
        processor_class="Gemma3Processor", bos_token="<bos>", eos_token="<eos>", unk_token="<unk>", pad_token="<pad>",
        boi_token="<start_of_image>", eoi_token="<end_of_image>", image_token="<image_soft_token>",
        extra_special_tokens={
            "boi_token": "<start_of_image>", "eoi_token": "<end_of_image>", "image_token": "<image_soft_token>",
        },
        # the published class, GemmaTokenizer, is for sentences cut by SentencePiece
        tokenizer_class="PreTrainedTokenizerFast",
    ),
    template="gemma3", matters=matters,
    names=[
        (r"^model\.vision_tower\.(?!vision_model\.)", "vision_tower.vision_model."),
        (r"^model\.multi_modal_projector\.", "multi_modal_projector."),
        (r"^model\.language_model\.", "language_model.model."),
    ],
    features=features,
    cases=with_settings(
        do_pan_and_scan=True, pan_and_scan_min_crop_size=20, pan_and_scan_max_num_crops=4,
        pan_and_scan_min_ratio_to_activate=1.2,
    ),
    # small tied embeddings, so that a token does not call for itself, and a last norm that makes up for it
    gains=[
        ("vision_tower", 1.0), ("language_model.norm", lambda noise: 7 + noise), ("norm", around_zero),
        ("embed_tokens", 0.06),
    ],
)

FAMILIES = [MODEL]
