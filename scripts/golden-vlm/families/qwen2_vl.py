"""Qwen2-VL: packed patches with 2-D rotary positions, LayerNorm tower, M-RoPE in sections, own output weights."""

from cases import with_settings
from families import qwen
from family import Family

MODEL = Family(
    folder="qwen2_vl",
    config={
        "architectures": ["Qwen2VLForConditionalGeneration"], "attention_dropout": 0.0, "bos_token_id": qwen.BASE,
        "eos_token_id": qwen.BASE + 2, "vision_start_token_id": qwen.BASE + 9, "vision_end_token_id": qwen.BASE + 10,
        "vision_token_id": qwen.BASE + 11, "image_token_id": qwen.BASE + 12, "video_token_id": qwen.BASE + 13,
        "hidden_act": "silu", "hidden_size": 56, "initializer_range": 0.02, "intermediate_size": 72,
        "max_position_embeddings": 1024, "max_window_layers": 3, "model_type": "qwen2_vl", "num_attention_heads": 4,
        "num_hidden_layers": 3, "num_key_value_heads": 2, "rms_norm_eps": 1e-06, "rope_theta": 1000000.0,
        "sliding_window": 32768, "tie_word_embeddings": False, "torch_dtype": "float32",
        "transformers_version": "4.41.2", "use_cache": True, "use_sliding_window": False,
        "vision_config": {
            "depth": 3, "embed_dim": 32, "mlp_ratio": 2, "num_heads": 4, "in_chans": 3, "hidden_size": 56,
            "patch_size": 8, "spatial_merge_size": 2, "spatial_patch_size": 8, "temporal_patch_size": 2,
        },
        "rope_scaling": {"type": "mrope", "mrope_section": [3, 2, 2]}, "vocab_size": qwen.VOCABULARY,
    },
    files={
        "preprocessor_config.json": qwen.preprocessor("Qwen2VLProcessor", 1024, 4096),
        "generation_config.json": dict(qwen.GENERATION, top_k=1),
    },
    tokenizer=qwen.TOKENIZER, tokenizer_settings=qwen.settings("Qwen2VLProcessor"), template="qwen2_5_vl",
    names=qwen.NAMES, features=qwen.features, cases=with_settings(size={"longest_edge": 3072, "shortest_edge": 2048}),
    template_file="chat_template.json",
)

FAMILIES = [MODEL]
