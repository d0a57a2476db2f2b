"""GLM-4.1V: packed patches with learned positions too, RMSNorm in the tower; M-RoPE in pairs over half of each head."""

from families import glm
from family import Family

PROCESSOR = "Glm4vProcessor"

MODEL = Family(
    folder="glm4v",
    config={
        "architectures": ["Glm4vForConditionalGeneration"], "model_type": "glm4v", **glm.token_ids(),
        "text_config": {
            "attention_bias": True, "attention_dropout": 0.0, "dtype": "bfloat16", "eos_token_id": glm.ENDS,
            "hidden_act": "silu", "hidden_size": 64, "initializer_range": 0.02, "intermediate_size": 40,
            "max_position_embeddings": 1024, "model_type": "glm4v_text", "num_attention_heads": 2,
            "num_hidden_layers": 2, "num_key_value_heads": 1, "pad_token_id": glm.BASE, "partial_rotary_factor": 0.5,
            "rms_norm_eps": 1e-05, "rope_scaling": {"mrope_section": [2, 3, 3], "rope_type": "default"},
            "rope_theta": 10000.0, "use_cache": True, "vocab_size": glm.VOCABULARY,
        },
        "tie_word_embeddings": False, "transformers_version": "4.57.1",
        "vision_config": {
            "attention_bias": False, "attention_dropout": 0.0, "depth": 2, "hidden_act": "silu",
            "hidden_dropout_prob": 0.0, "hidden_size": 48, "image_size": 24, "in_channels": 3,
            "initializer_range": 0.02, "intermediate_size": 72, "model_type": "glm4v_vision", "num_heads": 3,
            "out_hidden_size": 64, "patch_size": 6, "rms_norm_eps": 1e-05, "spatial_merge_size": 2,
            "temporal_patch_size": 2,
        },
    },
    files={
        "preprocessor_config.json": glm.preprocessor(PROCESSOR, "Glm4vImageProcessor"),
        "generation_config.json": {
            "_from_model_config": True, "do_sample": True, "eos_token_id": glm.ENDS, "pad_token_id": glm.BASE,
            "temperature": 0.8, "top_k": 2, "top_p": 0.6, "transformers_version": "4.57.1",
        },
    },
    tokenizer=glm.TOKENIZER, tokenizer_settings=glm.settings(PROCESSOR), template="glm",
    template_file="chat_template.jinja", names=[], features=glm.features, cases=glm.ALL, dtype="bfloat16",
)

FAMILIES = [MODEL]
