"""GLM-OCR: packed patches, RMSNorm and QK-norm in the tower; M-RoPE in pairs over whole heads."""

from families import glm
from family import Family

PROCESSOR = "Glm46VProcessor"

MODEL = Family(
    folder="glm_ocr",
    config={
        "architectures": ["GlmOcrForConditionalGeneration"], "model_type": "glm_ocr", **glm.token_ids(),
        "text_config": {
            "attention_bias": False, "attention_dropout": 0.0, "dtype": "bfloat16", "eos_token_id": glm.ENDS,
            "head_dim": 16, "hidden_act": "silu", "hidden_size": 40, "initializer_range": 0.02, "intermediate_size": 56,
            "max_position_embeddings": 1024, "model_type": "glm_ocr_text", "num_attention_heads": 4,
            "num_hidden_layers": 3, "num_key_value_heads": 2, "num_nextn_predict_layers": 1, "pad_token_id": glm.BASE,
            "rms_norm_eps": 1e-05,
            "rope_parameters": {
                "mrope_section": [2, 3, 3], "partial_rotary_factor": 1.0, "rope_theta": 10000, "rope_type": "default",
            },
            "tie_word_embeddings": False, "use_cache": True, "vocab_size": glm.VOCABULARY,
        },
        "vision_config": {
            "attention_bias": True, "depth": 2, "hidden_act": "silu", "hidden_dropout_prob": 0.0, "hidden_size": 32,
            "image_size": 24, "initializer_range": 0.02, "intermediate_size": 48, "model_type": "glm_ocr_vision",
            "num_heads": 4, "out_hidden_size": 40, "patch_size": 6, "rms_norm_eps": 1e-05, "spatial_merge_size": 2,
            "temporal_patch_size": 2,
        },
        "transformers_version": "5.0.1dev0",
    },
    files={
        "preprocessor_config.json": glm.preprocessor(PROCESSOR, "Glm46VImageProcessor"),
        "generation_config.json": {
            "_from_model_config": True, "do_sample": False, "eos_token_id": glm.ENDS, "pad_token_id": glm.BASE,
            "transformers_version": "5.0.1dev0",
        },
    },
    tokenizer=glm.TOKENIZER, tokenizer_settings=glm.settings(PROCESSOR), template="glm",
    template_file="chat_template.jinja", names=[], features=glm.features, cases=glm.ALL, dtype="bfloat16",
)

FAMILIES = [MODEL]
