"""Qwen2.5-VL: as Qwen2-VL with windowed attention, RMSNorm and gated layers in the tower; tied embeddings."""

from cases import with_settings
from families import qwen
from family import Family

MODEL = Family(
    folder="qwen2_5_vl",
    config={
        "architectures": ["Qwen2_5_VLForConditionalGeneration"], "attention_dropout": 0.0, "bos_token_id": qwen.BASE,
        "eos_token_id": qwen.BASE + 2, "vision_start_token_id": qwen.BASE + 9, "vision_end_token_id": qwen.BASE + 10,
        "vision_token_id": qwen.BASE + 11, "image_token_id": qwen.BASE + 12, "video_token_id": qwen.BASE + 13,
        "hidden_act": "silu", "hidden_size": 48, "initializer_range": 0.02, "intermediate_size": 80,
        "max_position_embeddings": 1024, "max_window_layers": 70, "model_type": "qwen2_5_vl",
        "num_attention_heads": 6, "num_hidden_layers": 3, "num_key_value_heads": 3, "rms_norm_eps": 1e-06,
        "rope_theta": 1000000.0, "sliding_window": 32768, "tie_word_embeddings": True, "torch_dtype": "float32",
        "transformers_version": "4.41.2", "use_cache": True, "use_sliding_window": False,
        "vision_config": {
            "depth": 4, "hidden_act": "silu", "hidden_size": 32, "intermediate_size": 44, "num_heads": 4, "in_chans": 3,
            "out_hidden_size": 48, "patch_size": 8, "spatial_merge_size": 2, "spatial_patch_size": 8, "window_size": 32,
            "fullatt_block_indexes": [1, 3], "tokens_per_second": 2, "temporal_patch_size": 2,
        },
        "rope_scaling": {"type": "mrope", "mrope_section": [2, 1, 1]}, "vocab_size": qwen.VOCABULARY,
    },
    files={
        "preprocessor_config.json": qwen.preprocessor("Qwen2_5_VLProcessor", 1024, 6400),
        "generation_config.json": dict(qwen.GENERATION, repetition_penalty=1.05, temperature=0.000001),
    },
    tokenizer=qwen.TOKENIZER, tokenizer_settings=qwen.settings("Qwen2_5_VLProcessor"), template="qwen2_5_vl",
    names=qwen.NAMES, features=qwen.features, cases=with_settings(size={"longest_edge": 3072, "shortest_edge": 2048}),
    gains=[("embed_tokens", 0.2)],
)

FAMILIES = [MODEL]
