"""Qwen3-VL-MoE: as Qwen3-VL, with experts in the layers of the language model but for one that has an MLP."""

from cases import CASES
from families import qwen, qwen3_vl
from family import Family
from goldens import must_change

# what else the processor does is in qwen3_vl's goldens
SHOWN = {"text": "text", "one": "one", "two": "two", "three pictures": "three"}
SIZE = {"longest_edge": 2048, "shortest_edge": 1024}


def matters(model, inputs, logits):
    """Without deepstack, and with each token's least expert left out, the answer must be another."""
    qwen3_vl.matters(model, inputs, logits)
    routers = [layer.mlp.gate for layer in model.model.language_model.layers if hasattr(layer.mlp, "gate")]
    for router in routers:
        router.top_k -= 1
    try:
        must_change("an expert", model(**inputs).logits[0, -1], logits[-1])
    finally:
        for router in routers:
            router.top_k += 1


def turned(tensors):
    """Experts as published: [experts, in, out]."""
    return {
        name: value.transpose(1, 2) if ".mlp.experts." in name else value for name, value in tensors.items()
    }


MODEL = Family(
    folder="qwen3_vl_moe",
    config={
        "architectures": ["Qwen3VLMoeForConditionalGeneration"], "image_token_id": qwen.BASE + 12,
        "model_type": "qwen3_vl_moe",
        "text_config": {
            "attention_bias": False, "attention_dropout": 0.0, "bos_token_id": qwen.BASE, "decoder_sparse_step": 1,
            "dtype": "bfloat16", "eos_token_id": qwen.BASE + 2, "head_dim": 16, "hidden_act": "silu", "hidden_size": 48,
            "initializer_range": 0.02, "intermediate_size": 64, "max_position_embeddings": 1024,
            "mlp_only_layers": [1], "model_type": "qwen3_vl_moe_text", "moe_intermediate_size": 16,
            "norm_topk_prob": True, "num_attention_heads": 4, "num_experts": 5, "num_experts_per_tok": 2,
            "num_hidden_layers": 3, "num_key_value_heads": 2, "rms_norm_eps": 1e-06,
            "rope_scaling": {"mrope_interleaved": True, "mrope_section": [4, 2, 2], "rope_type": "default"},
            "rope_theta": 5000000, "use_cache": True, "vocab_size": qwen.VOCABULARY,
        },
        "tie_word_embeddings": False, "transformers_version": "4.57.0.dev0", "video_token_id": qwen.BASE + 13,
        "vision_config": {
            "deepstack_visual_indexes": [0, 1], "depth": 3, "hidden_act": "gelu_pytorch_tanh", "hidden_size": 24,
            "in_channels": 3, "initializer_range": 0.02, "intermediate_size": 40, "model_type": "qwen3_vl_moe",
            "num_heads": 3, "num_position_embeddings": 36, "out_hidden_size": 48, "patch_size": 8,
            "spatial_merge_size": 2, "temporal_patch_size": 2,
        },
        "vision_end_token_id": qwen.BASE + 10, "vision_start_token_id": qwen.BASE + 9,
    },
    files={
        name: content | {"size": SIZE} if "size" in content else content
        for name, content in qwen3_vl.MODEL.files.items()
    },
    tokenizer=qwen.TOKENIZER, tokenizer_settings=qwen.settings("Qwen3VLProcessor"), template="qwen3_vl",
    names=[], features=qwen3_vl.features, matters=matters, to_published=turned,
    cases={name: CASES[case] for name, case in SHOWN.items()},
    # where int8 makes a token choose another expert the logits jump; these weights stay within the bound of the tests
    dtype="bfloat16", seed=20261131, gains=[("embed_tokens", 0.2), ("mlp.experts", 48**0.5)],
)

FAMILIES = [MODEL]
