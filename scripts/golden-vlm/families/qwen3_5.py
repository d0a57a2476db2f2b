"""Qwen3.5: Qwen3-VL's tower without deepstack; gated delta nets in most layers, gated attention in the others."""

from cases import CASES
from families import qwen
from family import Family
from goldens import must_change
from vocabulary import QWEN3_5

SIZE = {"longest_edge": 2048, "shortest_edge": 1024}
HALF = [0.5, 0.5, 0.5]


def matters(model, inputs, logits):
    """What is written into the states must count long after."""
    for layer in model.model.language_model.layers:
        if layer.block_type == "linear_attention":
            mixer, speeds = layer.linear_attn, layer.linear_attn.A_log.data
            mixer.A_log.data = speeds + 4
            must_change("memory", model(**inputs).logits[0, -1], logits[-1])
            mixer.A_log.data = speeds


def near_zero(noise):
    """For norms that multiply by 1 + weight."""
    return 0.15 * noise


MODEL = Family(
    folder="qwen3_5",
    config={
        "architectures": ["Qwen3_5ForConditionalGeneration"], "image_token_id": qwen.BASE + 12,
        "model_type": "qwen3_5",
        "text_config": {
            "attention_bias": False, "attention_dropout": 0.0, "attn_output_gate": True, "dtype": "bfloat16",
            "eos_token_id": qwen.BASE, "full_attention_interval": 4, "head_dim": 64, "hidden_act": "silu",
            "hidden_size": 48, "initializer_range": 0.02, "intermediate_size": 64,
            "layer_types": ["linear_attention"] * 3 + ["full_attention"], "linear_conv_kernel_dim": 4,
            "linear_key_head_dim": 16, "linear_num_key_heads": 2, "linear_num_value_heads": 4,
            "linear_value_head_dim": 12, "mamba_ssm_dtype": "float32", "max_position_embeddings": 1024,
            "mlp_only_layers": [], "model_type": "qwen3_5_text", "mtp_num_hidden_layers": 1,
            "mtp_use_dedicated_embeddings": False, "num_attention_heads": 2, "num_hidden_layers": 4,
            "num_key_value_heads": 1, "rms_norm_eps": 1e-06,
            "rope_parameters": {
                "mrope_interleaved": True, "mrope_section": [3, 3, 2], "partial_rotary_factor": 0.25,
                "rope_theta": 10000000, "rope_type": "default",
            },
            "tie_word_embeddings": True, "use_cache": True, "vocab_size": qwen.VOCABULARY,
        },
        "tie_word_embeddings": True, "transformers_version": "4.57.0.dev0", "video_token_id": qwen.BASE + 13,
        "vision_config": {
            "deepstack_visual_indexes": [], "depth": 2, "hidden_act": "gelu_pytorch_tanh", "hidden_size": 24,
            "in_channels": 3, "initializer_range": 0.02, "intermediate_size": 40, "model_type": "qwen3_5",
            "num_heads": 3, "num_position_embeddings": 36, "out_hidden_size": 48, "patch_size": 8,
            "spatial_merge_size": 2, "temporal_patch_size": 2,
        },
        "vision_end_token_id": qwen.BASE + 10, "vision_start_token_id": qwen.BASE + 9,
    },
    files={
        "preprocessor_config.json": {
            "size": SIZE, "patch_size": 8, "temporal_patch_size": 2, "merge_size": 2, "image_mean": HALF,
            "image_std": HALF, "processor_class": "Qwen3VLProcessor",
            "image_processor_type": "Qwen2VLImageProcessorFast",
        },
        "video_preprocessor_config.json": {
            "size": SIZE, "patch_size": 8, "temporal_patch_size": 2, "merge_size": 2, "image_mean": HALF,
            "image_std": HALF, "processor_class": "Qwen3VLProcessor", "video_processor_type": "Qwen3VLVideoProcessor",
        },
        "generation_config.json": qwen.GENERATION,
    },
    tokenizer=dict(qwen.TOKENIZER, pattern=QWEN3_5), tokenizer_settings=qwen.settings("Qwen3VLProcessor"),
    template="qwen3_5", template_file="chat_template.jinja",
    # the published names are those of the model in memory
    names=[], features=qwen.features, matters=matters, dtype="bfloat16",
    cases={name: CASES[name] for name in ("text", "one", "two", "three", "turns", "tiny", "rgba")},
    # a long memory; queries and keys so long that L2-normalising them does not magnify what quantisation costs
    gains=[
        ("A_log", lambda noise: noise - 2), ("conv1d", 2.0), ("language_model.norm", near_zero),
        ("layernorm", near_zero), ("q_norm", near_zero), ("k_norm", near_zero), ("embed_tokens", 0.2),
    ],
)

FAMILIES = [MODEL]
