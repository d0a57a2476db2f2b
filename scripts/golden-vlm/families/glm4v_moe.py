"""GLM-4.5V: GLM-4.1V's tower; experts beside a shared one, M-RoPE in halves over half of each head."""

import copy

from cases import CASES
from families import glm, glm4v
from family import Family
from goldens import must_change

KEPT = {"text": "text", "one": "one", "two": "two", "three": "three"}


def matters(model, inputs, logits):
    """With each token's least expert left out, or chosen without the bias, the answer must be another."""
    routers = [layer.mlp.gate for layer in model.model.language_model.layers if hasattr(layer.mlp, "gate")]
    for router in routers:
        router.top_k -= 1
    try:
        must_change("an expert", model(**inputs).logits[0, -1], logits[-1])
    finally:
        for router in routers:
            router.top_k += 1
    biases = [router.e_score_correction_bias.clone() for router in routers]
    for router in routers:
        router.e_score_correction_bias.zero_()
    try:
        must_change("the bias of experts", model(**inputs).logits[0], logits)
    finally:
        for router, bias in zip(routers, biases):
            router.e_score_correction_bias.copy_(bias)


def separate(tensors):
    """Experts as published: one by one, gate and up apart."""
    result = {}
    for name, value in tensors.items():
        if not name.endswith(("experts.gate_up_proj", "experts.down_proj")):
            result[name] = value
            continue
        prefix, part = name.rsplit(".", 1)
        for expert, matrix in enumerate(value):
            halves = {"down_proj": matrix}
            if part == "gate_up_proj":
                halves = dict(zip(("gate_proj", "up_proj"), matrix.chunk(2)))
            result |= {f"{prefix}.{expert}.{half}.weight": half_value for half, half_value in halves.items()}
    return result


CONFIG = copy.deepcopy(glm4v.MODEL.config)
CONFIG |= {"architectures": ["Glm4vMoeForConditionalGeneration"], "model_type": "glm4v_moe"}
CONFIG["vision_config"] |= {"model_type": "glm4v_moe_vision", "out_hidden_size": 48, "intermediate_size": 56}
CONFIG["text_config"] |= {
    "first_k_dense_replace": 1, "head_dim": 16, "hidden_size": 48, "model_type": "glm4v_moe_text",
    "moe_intermediate_size": 16, "n_group": 1, "n_routed_experts": 5, "n_shared_experts": 2, "norm_topk_prob": True,
    "num_attention_heads": 4, "num_experts_per_tok": 2, "num_hidden_layers": 3, "num_key_value_heads": 2,
    "num_nextn_predict_layers": 1, "rope_scaling": {"mrope_section": [1, 2, 1], "rope_type": "default"},
    "routed_scaling_factor": 1.5, "topk_group": 1, "use_qk_norm": False,
}

MODEL = Family(
    folder="glm4v_moe", config=CONFIG, files=glm4v.MODEL.files, tokenizer=glm.TOKENIZER,
    tokenizer_settings=glm.settings(glm4v.PROCESSOR), template="glm", template_file="chat_template.jinja", names=[],
    features=glm.features, matters=matters, to_published=separate, cases={name: CASES[case] for name, case in KEPT.items()},
    dtype="bfloat16",
    gains=[("embed_tokens", 0.2), ("mlp.experts", 48**0.5), ("e_score_correction_bias", lambda noise: 0.25 * noise)],
)

FAMILIES = [MODEL]
