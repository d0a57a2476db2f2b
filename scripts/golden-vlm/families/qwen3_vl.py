"""Qwen3-VL: packed patches, interpolated positions, deepstack, interleaved M-RoPE."""

from cases import with_settings
from families import qwen
from family import Family
from goldens import must_change


def features(model, inputs):
    out = model.get_image_features(pixel_values=inputs["pixel_values"], image_grid_thw=inputs["image_grid_thw"])
    levels = {f"deepstack_{level}": qwen.joined(value) for level, value in enumerate(out.deepstack_features)}
    return qwen.features(model, inputs) | levels


def matters(model, inputs, logits):
    """Without deepstack the answer must be another."""
    text = model.model.language_model
    process = text._deepstack_process
    text._deepstack_process = lambda hidden, mask, level: hidden
    try:
        must_change("deepstack", model(**inputs).logits[0, -1], logits[-1])
    finally:
        text._deepstack_process = process


MODEL = Family(
    folder="qwen3_vl",
    config={
        "architectures": ["Qwen3VLForConditionalGeneration"], "image_token_id": qwen.BASE + 12, "model_type": "qwen3_vl",
        "text_config": {
            "attention_bias": False, "attention_dropout": 0.0, "bos_token_id": qwen.BASE, "dtype": "float32",
            "eos_token_id": qwen.BASE + 2, "head_dim": 24, "hidden_act": "silu", "hidden_size": 48,
            "initializer_range": 0.02, "intermediate_size": 64, "max_position_embeddings": 1024,
            "model_type": "qwen3_vl_text", "num_attention_heads": 4, "num_hidden_layers": 4,
            "num_key_value_heads": 2, "rms_norm_eps": 1e-06,
            "rope_scaling": {"mrope_interleaved": True, "mrope_section": [6, 3, 3], "rope_type": "default"},
            "rope_theta": 5000000, "tie_word_embeddings": True, "use_cache": True, "vocab_size": qwen.VOCABULARY,
        },
        "tie_word_embeddings": True, "transformers_version": "4.57.0.dev0", "video_token_id": qwen.BASE + 13,
        "vision_config": {
            "deepstack_visual_indexes": [0, 2], "depth": 4, "hidden_act": "gelu_pytorch_tanh", "hidden_size": 24,
            "in_channels": 3, "initializer_range": 0.02, "intermediate_size": 40, "model_type": "qwen3_vl",
            "num_heads": 3, "num_position_embeddings": 36, "out_hidden_size": 48, "patch_size": 8,
            "spatial_merge_size": 2, "temporal_patch_size": 2,
        },
        "vision_end_token_id": qwen.BASE + 10, "vision_start_token_id": qwen.BASE + 9,
    },
    files={
        "preprocessor_config.json": {
            "size": {"longest_edge": 5120, "shortest_edge": 1024}, "patch_size": 8, "temporal_patch_size": 2,
            "merge_size": 2, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
            "processor_class": "Qwen3VLProcessor", "image_processor_type": "Qwen2VLImageProcessorFast",
        },
        "video_preprocessor_config.json": {
            "size": {"longest_edge": 5120, "shortest_edge": 1024}, "patch_size": 8, "temporal_patch_size": 2,
            "merge_size": 2, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
            "processor_class": "Qwen3VLProcessor", "video_processor_type": "Qwen3VLVideoProcessor",
        },
        "generation_config.json": qwen.GENERATION,
    },
    tokenizer=qwen.TOKENIZER, tokenizer_settings=qwen.settings("Qwen3VLProcessor"), template="qwen3_vl",
    # the published names are those of the model in memory
    names=[], features=features, matters=matters, cases=with_settings(size={"longest_edge": 3072, "shortest_edge": 2048}),
    layouts=("published", "transformers5", "published-bf16"),
    gains=[("embed_tokens", 0.2)],
)

FAMILIES = [MODEL]
