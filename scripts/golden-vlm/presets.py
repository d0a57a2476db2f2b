"""Sizes and tensor names of published checkpoints, for random_checkpoint.py.

A preset is a dict: config, files (name: content), tensors (a list of (name, shape, kind) with kind 'weight', 'norm',
'bias' or 'minimum'), dtype as published, and tokenizer (arguments of vocabulary.tokenizer_json) with its tokenizer_config settings.
"""

import grown

QWEN_TOKENS = [
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>",
    "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>",
    "<|image_pad|>", "<|video_pad|>", ("<tool_call>", False), ("</tool_call>", False), ("<|fim_prefix|>", False),
    ("<|fim_middle|>", False), ("<|fim_suffix|>", False), ("<|fim_pad|>", False), ("<|repo_name|>", False),
    ("<|file_sep|>", False), ("<tool_response>", False), ("</tool_response>", False), ("<think>", False),
    ("</think>", False),
]
QWEN_BASE = 151643


def linear(name, rows, columns, bias=False):
    return [(f"{name}.weight", (rows, columns), "weight")] + ([(f"{name}.bias", (rows,), "bias")] if bias else [])


def norm(name, size, bias=False):
    return [(f"{name}.weight", (size,), "norm")] + ([(f"{name}.bias", (size,), "bias")] if bias else [])


def decoder(prefix, c, qk_norm=False, qkv_bias=False):
    """The tensors of a Llama-like language model; `prefix` ends where embed_tokens begins."""
    hidden, head = c["hidden_size"], c.get("head_dim", c["hidden_size"] // c["num_attention_heads"])
    queries, keys = head * c["num_attention_heads"], head * c["num_key_value_heads"]
    tensors = [(f"{prefix}embed_tokens.weight", (c["vocab_size"], hidden), "weight")]
    for layer in range(c["num_hidden_layers"]):
        p = f"{prefix}layers.{layer}."
        tensors += norm(p + "input_layernorm", hidden)
        for name, rows in (("q_proj", queries), ("k_proj", keys), ("v_proj", keys)):
            tensors += linear(p + "self_attn." + name, rows, hidden, qkv_bias)
        tensors += linear(p + "self_attn.o_proj", hidden, queries)
        if qk_norm:
            tensors += norm(p + "self_attn.q_norm", head) + norm(p + "self_attn.k_norm", head)
        tensors += norm(p + "post_attention_layernorm", hidden)
        tensors += linear(p + "mlp.gate_proj", c["intermediate_size"], hidden)
        tensors += linear(p + "mlp.up_proj", c["intermediate_size"], hidden)
        tensors += linear(p + "mlp.down_proj", hidden, c["intermediate_size"])
    return tensors + norm(f"{prefix}norm", hidden)


def qwen3_vl_tower(prefix, c):
    hidden, merged = c["hidden_size"], c["hidden_size"] * c["spatial_merge_size"] ** 2
    patch = (hidden, c["in_channels"], c["temporal_patch_size"], c["patch_size"], c["patch_size"])
    tensors = [
        (f"{prefix}patch_embed.proj.weight", patch, "weight"), (f"{prefix}patch_embed.proj.bias", (hidden,), "bias"),
        (f"{prefix}pos_embed.weight", (c["num_position_embeddings"], hidden), "weight"),
    ]
    for layer in range(c["depth"]):
        p = f"{prefix}blocks.{layer}."
        tensors += norm(p + "norm1", hidden, True) + norm(p + "norm2", hidden, True)
        tensors += linear(p + "attn.qkv", 3 * hidden, hidden, True) + linear(p + "attn.proj", hidden, hidden, True)
        tensors += linear(p + "mlp.linear_fc1", c["intermediate_size"], hidden, True)
        tensors += linear(p + "mlp.linear_fc2", hidden, c["intermediate_size"], True)
    levels = [f"{prefix}deepstack_merger_list.{level}." for level in range(len(c["deepstack_visual_indexes"]))]
    # the merger's norm comes before the patches are merged, those of deepstack after
    for p, size in [(f"{prefix}merger.", hidden)] + [(level, merged) for level in levels]:
        tensors += norm(p + "norm", size, True)
        tensors += linear(p + "linear_fc1", merged, merged, True)
        tensors += linear(p + "linear_fc2", c["out_hidden_size"], merged, True)
    return tensors


def qwen2_5_vl_tower(prefix, c):
    hidden, merged = c["hidden_size"], c["hidden_size"] * c["spatial_merge_size"] ** 2
    patch = (hidden, c["in_chans"], c["temporal_patch_size"], c["patch_size"], c["patch_size"])
    tensors = [(f"{prefix}patch_embed.proj.weight", patch, "weight")]
    for layer in range(c["depth"]):
        p = f"{prefix}blocks.{layer}."
        tensors += norm(p + "norm1", hidden) + norm(p + "norm2", hidden)
        tensors += linear(p + "attn.qkv", 3 * hidden, hidden, True) + linear(p + "attn.proj", hidden, hidden, True)
        tensors += linear(p + "mlp.gate_proj", c["intermediate_size"], hidden, True)
        tensors += linear(p + "mlp.up_proj", c["intermediate_size"], hidden, True)
        tensors += linear(p + "mlp.down_proj", hidden, c["intermediate_size"], True)
    tensors += norm(f"{prefix}merger.ln_q", hidden)
    tensors += linear(f"{prefix}merger.mlp.0", merged, merged, True)
    return tensors + linear(f"{prefix}merger.mlp.2", c["out_hidden_size"], merged, True)


def clip_tower(prefix, c):
    hidden, patches = c["hidden_size"], (c["image_size"] // c["patch_size"]) ** 2
    tensors = [
        (f"{prefix}embeddings.class_embedding", (hidden,), "weight"),
        (f"{prefix}embeddings.patch_embedding.weight", (hidden, 3, c["patch_size"], c["patch_size"]), "weight"),
        (f"{prefix}embeddings.position_embedding.weight", (patches + 1, hidden), "weight"),
    ]
    tensors += norm(f"{prefix}pre_layrnorm", hidden, True)
    for layer in range(c["num_hidden_layers"]):
        p = f"{prefix}encoder.layers.{layer}."
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            tensors += linear(f"{p}self_attn.{name}", hidden, hidden, True)
        tensors += norm(p + "layer_norm1", hidden, True) + norm(p + "layer_norm2", hidden, True)
        tensors += linear(p + "mlp.fc1", c["intermediate_size"], hidden, True)
        tensors += linear(p + "mlp.fc2", hidden, c["intermediate_size"], True)
    return tensors + norm(f"{prefix}post_layernorm", hidden, True)


def qwen_files(patch, processor, image_processor, template, mean, std):
    return {
        "preprocessor_config.json": {
            "size": {"longest_edge": 16777216 if patch == 16 else 12845056, "shortest_edge": 65536 if patch == 16 else 3136},
            "patch_size": patch, "temporal_patch_size": 2, "merge_size": 2, "image_mean": mean, "image_std": std,
            "processor_class": processor, "image_processor_type": image_processor,
        },
        "generation_config.json": {
            "bos_token_id": QWEN_BASE, "pad_token_id": QWEN_BASE, "do_sample": True,
            "eos_token_id": [QWEN_BASE + 2, QWEN_BASE], "top_k": 20, "top_p": 0.8, "temperature": 0.7,
        },
        "chat_template.jinja": template,
    }


QWEN_TOKENIZER = dict(base=QWEN_BASE, last=QWEN_TOKENS, pattern="qwen")
QWEN_SETTINGS = dict(
    add_bos_token=False, add_prefix_space=False, bos_token=None, eos_token="<|im_end|>", pad_token="<|endoftext|>",
    unk_token=None, tokenizer_class="Qwen2Tokenizer", errors="replace", split_special_tokens=False,
)


def qwen3_vl(hidden, layers, intermediate, heads, key_heads):
    text = {
        "attention_bias": False, "attention_dropout": 0.0, "bos_token_id": QWEN_BASE, "dtype": "bfloat16",
        "eos_token_id": QWEN_BASE + 2, "head_dim": 128, "hidden_act": "silu", "hidden_size": hidden,
        "initializer_range": 0.02, "intermediate_size": intermediate, "max_position_embeddings": 262144,
        "model_type": "qwen3_vl_text", "num_attention_heads": heads, "num_hidden_layers": layers,
        "num_key_value_heads": key_heads, "rms_norm_eps": 1e-06,
        "rope_scaling": {"mrope_interleaved": True, "mrope_section": [24, 20, 20], "rope_type": "default"},
        "rope_theta": 5000000, "tie_word_embeddings": True, "use_cache": True, "vocab_size": 151936,
    }
    vision = {
        "deepstack_visual_indexes": [5, 11, 17], "depth": 24, "hidden_act": "gelu_pytorch_tanh", "hidden_size": 1024,
        "in_channels": 3, "initializer_range": 0.02, "intermediate_size": 4096, "model_type": "qwen3_vl",
        "num_heads": 16, "num_position_embeddings": 2304, "out_hidden_size": hidden, "patch_size": 16,
        "spatial_merge_size": 2, "temporal_patch_size": 2,
    }
    return {
        "config": {
            "architectures": ["Qwen3VLForConditionalGeneration"], "image_token_id": QWEN_BASE + 12,
            "model_type": "qwen3_vl", "text_config": text, "tie_word_embeddings": True,
            "transformers_version": "4.57.0.dev0", "video_token_id": QWEN_BASE + 13, "vision_config": vision,
            "vision_end_token_id": QWEN_BASE + 10, "vision_start_token_id": QWEN_BASE + 9,
        },
        "files": qwen_files(16, "Qwen3VLProcessor", "Qwen2VLImageProcessorFast", "qwen3_vl", [0.5] * 3, [0.5] * 3),
        "tensors": qwen3_vl_tower("model.visual.", vision) + decoder("model.language_model.", text, qk_norm=True),
        "dtype": "bfloat16", "tokenizer": QWEN_TOKENIZER,
        "tokenizer_config": dict(QWEN_SETTINGS, processor_class="Qwen3VLProcessor"),
    }


def qwen2_5_vl(hidden=2048, layers=36, intermediate=11008, heads=16, key_heads=2):
    text = {
        "attention_dropout": 0.0, "bos_token_id": QWEN_BASE, "eos_token_id": QWEN_BASE + 2, "hidden_act": "silu",
        "hidden_size": hidden, "initializer_range": 0.02, "intermediate_size": intermediate,
        "max_position_embeddings": 128000, "max_window_layers": 70, "model_type": "qwen2_5_vl",
        "num_attention_heads": heads, "num_hidden_layers": layers, "num_key_value_heads": key_heads,
        "rms_norm_eps": 1e-06, "rope_theta": 1000000.0, "sliding_window": 32768, "tie_word_embeddings": True,
        "torch_dtype": "bfloat16", "use_cache": True, "use_sliding_window": False, "vocab_size": 151936,
        "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]},
    }
    vision = {
        "depth": 32, "hidden_act": "silu", "hidden_size": 1280, "intermediate_size": 3420, "num_heads": 16,
        "in_chans": 3, "out_hidden_size": hidden, "patch_size": 14, "spatial_merge_size": 2, "spatial_patch_size": 14,
        "window_size": 112, "fullatt_block_indexes": [7, 15, 23, 31], "tokens_per_second": 2, "temporal_patch_size": 2,
    }
    clip_mean, clip_std = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
    files = qwen_files(14, "Qwen2_5_VLProcessor", "Qwen2VLImageProcessor", "qwen2_5_vl", clip_mean, clip_std)
    size = files["preprocessor_config.json"].pop("size")
    files["preprocessor_config.json"] |= {"min_pixels": size["shortest_edge"], "max_pixels": size["longest_edge"]}
    return {
        "config": {
            "architectures": ["Qwen2_5_VLForConditionalGeneration"], "vision_start_token_id": QWEN_BASE + 9,
            "vision_end_token_id": QWEN_BASE + 10, "vision_token_id": QWEN_BASE + 11, "image_token_id": QWEN_BASE + 12,
            "video_token_id": QWEN_BASE + 13, "transformers_version": "4.41.2", "vision_config": vision, **text,
        },
        "files": files,
        "tensors": qwen2_5_vl_tower("visual.", vision) + decoder("model.", text, qkv_bias=True),
        "dtype": "bfloat16", "tokenizer": QWEN_TOKENIZER,
        "tokenizer_config": dict(QWEN_SETTINGS, processor_class="Qwen2_5_VLProcessor"),
    }


def llava(text, dtype):
    vision = {
        "hidden_size": 1024, "image_size": 336, "intermediate_size": 4096, "model_type": "clip_vision_model",
        "num_attention_heads": 16, "num_hidden_layers": 24, "patch_size": 14, "projection_dim": 768, "vocab_size": 32000,
    }
    hidden = text["hidden_size"]
    tensors = clip_tower("vision_tower.vision_model.", vision)
    tensors += linear("multi_modal_projector.linear_1", hidden, vision["hidden_size"], True)
    tensors += linear("multi_modal_projector.linear_2", hidden, hidden, True)
    tensors += decoder("language_model.model.", text)
    tensors += linear("language_model.lm_head", text["vocab_size"], hidden)
    processor = {
        "image_token": "<image>", "num_additional_image_tokens": 1, "patch_size": 14, "processor_class": "LlavaProcessor",
        "vision_feature_select_strategy": "default",
    }
    preprocessor = {
        "crop_size": {"height": 336, "width": 336}, "do_center_crop": True, "do_convert_rgb": True, "do_normalize": True,
        "do_rescale": True, "do_resize": True, "image_mean": [0.48145466, 0.4578275, 0.40821073],
        "image_processor_type": "CLIPImageProcessor", "image_std": [0.26862954, 0.26130258, 0.27577711],
        "processor_class": "LlavaProcessor", "resample": 3, "rescale_factor": 0.00392156862745098,
        "size": {"shortest_edge": 336},
    }
    return {
        "config": {
            "architectures": ["LlavaForConditionalGeneration"], "ignore_index": -100, "image_token_index": 32000,
            "model_type": "llava", "pad_token_id": 32001, "projector_hidden_act": "gelu", "text_config": text,
            "tie_word_embeddings": False, "torch_dtype": dtype, "transformers_version": "4.36.0.dev0",
            "vision_config": vision, "vision_feature_layer": -2, "vision_feature_select_strategy": "default",
        },
        "files": {
            "preprocessor_config.json": preprocessor, "processor_config.json": processor, "chat_template.jinja": "llava",
            "generation_config.json": {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 32001},
        },
        "tensors": tensors, "dtype": dtype,
        "tokenizer": dict(base=32000, first=["<unk>", "<s>", "</s>"], last=["<image>", "<pad>"], bos="<s>"),
        "tokenizer_config": dict(
            processor_class="LlavaProcessor", bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="<pad>",
            tokenizer_class="LlamaTokenizer",
        ),
    }


def llama(hidden, layers, intermediate, heads, dtype):
    return {
        "architectures": ["LlamaForCausalLM"], "hidden_act": "silu", "hidden_size": hidden,
        "intermediate_size": intermediate, "max_position_embeddings": 4096, "model_type": "llama",
        "num_attention_heads": heads, "num_hidden_layers": layers, "num_key_value_heads": heads, "rms_norm_eps": 1e-05,
        "rope_theta": 10000.0, "torch_dtype": dtype, "vocab_size": 32064,
    }


def qwen3_5_text(prefix, c):
    hidden, head, values = c["hidden_size"], c["head_dim"], c["linear_num_value_heads"]
    written = values * c["linear_value_head_dim"]
    mixed = 2 * c["linear_num_key_heads"] * c["linear_key_head_dim"] + written
    tensors = [(f"{prefix}embed_tokens.weight", (c["vocab_size"], hidden), "weight")]
    for layer, kind in enumerate(c["layer_types"]):
        p = f"{prefix}layers.{layer}."
        tensors += norm(p + "input_layernorm", hidden) + norm(p + "post_attention_layernorm", hidden)
        if kind == "linear_attention":
            p += "linear_attn."
            tensors += linear(p + "in_proj_qkv", mixed, hidden) + linear(p + "in_proj_z", written, hidden)
            tensors += linear(p + "in_proj_b", values, hidden) + linear(p + "in_proj_a", values, hidden)
            tensors += [(p + "conv1d.weight", (mixed, 1, c["linear_conv_kernel_dim"]), "weight")]
            tensors += [(p + "A_log", (values,), "bias"), (p + "dt_bias", (values,), "bias")]
            tensors += norm(p + "norm", c["linear_value_head_dim"]) + linear(p + "out_proj", hidden, written)
        else:
            p += "self_attn."
            queries, keys = head * c["num_attention_heads"], head * c["num_key_value_heads"]
            tensors += linear(p + "q_proj", 2 * queries, hidden) + linear(p + "k_proj", keys, hidden)
            tensors += linear(p + "v_proj", keys, hidden) + linear(p + "o_proj", hidden, queries)
            tensors += norm(p + "q_norm", head) + norm(p + "k_norm", head)
        p = f"{prefix}layers.{layer}.mlp."
        tensors += linear(p + "gate_proj", c["intermediate_size"], hidden)
        tensors += linear(p + "up_proj", c["intermediate_size"], hidden)
        tensors += linear(p + "down_proj", hidden, c["intermediate_size"])
    return tensors + norm(f"{prefix}norm", hidden)


def qwen3_5():
    """Qwen3.5-0.8B."""
    text = {
        "head_dim": 256, "hidden_size": 1024, "intermediate_size": 3584, "linear_conv_kernel_dim": 4,
        "layer_types": (["linear_attention"] * 3 + ["full_attention"]) * 6, "linear_key_head_dim": 128,
        "linear_num_key_heads": 16, "linear_num_value_heads": 16, "linear_value_head_dim": 128,
        "max_position_embeddings": 262144, "num_attention_heads": 8, "num_hidden_layers": 24,
        "num_key_value_heads": 2, "vocab_size": 248320,
    }
    vision = {
        "deepstack_visual_indexes": [], "depth": 12, "hidden_size": 768, "in_channels": 3, "intermediate_size": 3072,
        "num_heads": 12, "num_position_embeddings": 2304, "out_hidden_size": 1024, "patch_size": 16,
        "spatial_merge_size": 2, "temporal_patch_size": 2,
    }
    return grown.edited(
        "qwen3_5",
        qwen3_vl_tower("model.visual.", vision) + qwen3_5_text("model.language_model.", text),
        {("config.json", "text_config", key): value for key, value in text.items()}
        | {("config.json", "vision_config", key): value for key, value in vision.items()}
        | {
            ("config.json", "text_config", "rope_parameters", "mrope_section"): [11, 11, 10],
            ("preprocessor_config.json", "patch_size"): 16,
            ("preprocessor_config.json", "size"): {"longest_edge": 16777216, "shortest_edge": 65536},
        },
    )


def gemma4_tower(prefix, c):
    hidden, head = c["hidden_size"], c["head_dim"]
    heads, inner = head * c["num_attention_heads"], c["intermediate_size"]
    tensors = linear(f"{prefix}patch_embedder.input_proj", hidden, 3 * c["patch_size"] ** 2)
    table = (2, c["position_embedding_size"], hidden)
    tensors += [(f"{prefix}patch_embedder.position_embedding_table", table, "weight")]
    bounds = [("input_min", "minimum"), ("input_max", "norm"), ("output_min", "minimum"), ("output_max", "norm")]
    for layer in range(c["num_hidden_layers"]):
        p = f"{prefix}encoder.layers.{layer}."
        for name in ("input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm"):
            tensors += norm(p + name, hidden)
        tensors += norm(p + "post_feedforward_layernorm", hidden)
        tensors += norm(p + "self_attn.q_norm", head) + norm(p + "self_attn.k_norm", head)
        clipped = [(f"self_attn.{name}_proj", heads, hidden) for name in "qkv"]
        clipped += [("self_attn.o_proj", hidden, heads), ("mlp.gate_proj", inner, hidden)]
        clipped += [("mlp.up_proj", inner, hidden), ("mlp.down_proj", hidden, inner)]
        for name, rows, columns in clipped:
            tensors += linear(f"{p}{name}.linear", rows, columns)
            tensors += [(f"{p}{name}.{bound}", (), kind) for bound, kind in bounds]
    return tensors


def gemma4_text(prefix, c):
    hidden, own = c["hidden_size"], c["hidden_size_per_layer_input"]
    layers = c["num_hidden_layers"]
    tensors = [
        (f"{prefix}embed_tokens.weight", (c["vocab_size"], hidden), "weight"),
        (f"{prefix}embed_tokens_per_layer.weight", (c["vocab_size"], layers * own), "weight"),
    ]
    tensors += linear(f"{prefix}per_layer_model_projection", layers * own, hidden)
    tensors += norm(f"{prefix}per_layer_projection_norm", own)
    for layer, kind in enumerate(c["layer_types"]):
        p = f"{prefix}layers.{layer}."
        shared = layer >= layers - c["num_kv_shared_layers"]
        head = c["head_dim"] if kind == "sliding_attention" else c["global_head_dim"]
        queries, keys = head * c["num_attention_heads"], head * c["num_key_value_heads"]
        inner = c["intermediate_size"] * (2 if shared else 1)
        for name in ("input", "post_attention", "pre_feedforward", "post_feedforward"):
            tensors += norm(f"{p}{name}_layernorm", hidden)
        tensors += linear(p + "self_attn.q_proj", queries, hidden) + linear(p + "self_attn.o_proj", hidden, queries)
        tensors += norm(p + "self_attn.q_norm", head)
        if not shared:
            tensors += linear(p + "self_attn.k_proj", keys, hidden) + linear(p + "self_attn.v_proj", keys, hidden)
            tensors += norm(p + "self_attn.k_norm", head)
        tensors += linear(p + "mlp.gate_proj", inner, hidden) + linear(p + "mlp.up_proj", inner, hidden)
        tensors += linear(p + "mlp.down_proj", hidden, inner)
        tensors += linear(p + "per_layer_input_gate", own, hidden) + linear(p + "per_layer_projection", hidden, own)
        tensors += norm(p + "post_per_layer_input_norm", hidden) + [(p + "layer_scalar", (1,), "norm")]
    return tensors + norm(f"{prefix}norm", hidden)


def gemma4(layers, shared):
    """gemma-4-E2B with some of its 35 layers, of which the last share keys and values (published: 20)."""
    text = {
        "global_head_dim": 512, "head_dim": 256, "hidden_size": 1536, "hidden_size_per_layer_input": 256,
        "intermediate_size": 6144, "layer_types": (["sliding_attention"] * 4 + ["full_attention"]) * (layers // 5),
        "max_position_embeddings": 131072, "num_attention_heads": 8, "num_hidden_layers": layers,
        "num_key_value_heads": 1, "num_kv_shared_layers": shared, "sliding_window": 512, "vocab_size": 262144,
        "vocab_size_per_layer_input": 262144,
    }
    vision = {
        "default_output_length": 280, "global_head_dim": 64, "head_dim": 64, "hidden_size": 768,
        "intermediate_size": 3072, "num_attention_heads": 12, "num_hidden_layers": 16, "num_key_value_heads": 12,
        "patch_size": 16, "position_embedding_size": 10240,
    }
    pixels = {"image_seq_length": 280, "max_soft_tokens": 280, "patch_size": 16}
    tensors = gemma4_tower("model.vision_tower.", vision) + linear("model.embed_vision.embedding_projection", 1536, 768)
    return grown.edited(
        "gemma4",
        tensors + gemma4_text("model.language_model.", text),
        {("config.json", "text_config", key): value for key, value in text.items()}
        | {("config.json", "vision_config", key): value for key, value in vision.items()}
        | {("processor_config.json", "image_processor", key): value for key, value in pixels.items()}
        | {("config.json", "vision_soft_tokens_per_image"): 280, ("processor_config.json", "image_seq_length"): 280},
    )


# the real tower and the real width of the features, as little else as runs; all layers of the text where they are few
TOWERS = {
    "gemma3-896": grown.gemma3,
    "gemma4-e2b-10-of-35-layers": lambda: gemma4(10, 5),
    "llava-336": lambda: llava(llama(4096, 1, 1024, 32, "float16"), "float16"),
    "mllama-four-tiles": grown.mllama,
    "qwen2.5-vl-one-megapixel": lambda: qwen2_5_vl(2048, 1, 512, 16, 2),
    "qwen3-vl-one-megapixel": lambda: qwen3_vl(2560, 3, 512, 32, 8),
    "qwen3.5-0.8b": qwen3_5,
    "smolvlm-512": grown.smolvlm,
}

PRESETS = TOWERS | {
    "qwen3-vl-4b": lambda: qwen3_vl(2560, 36, 9728, 32, 8),
    "qwen3-vl-2b": lambda: qwen3_vl(2048, 28, 6144, 16, 8),
    "qwen3-vl-tower": lambda: qwen3_vl(512, 4, 1536, 4, 2),
    "qwen3-vl-24x1024": lambda: qwen3_vl(1024, 24, 3072, 16, 8),
    "qwen2.5-vl-3b": qwen2_5_vl,
    "gemma-4-e2b": lambda: gemma4(35, 20),
    "llava-7b": lambda: llava(llama(4096, 32, 11008, 32, "float16"), "float16"),
    "clip-vit-l-336-llava": lambda: llava(llama(512, 2, 1376, 8, "float32"), "float32"),
}
