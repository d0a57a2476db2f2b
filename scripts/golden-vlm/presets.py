"""Sizes and tensor names of published checkpoints, for random_checkpoint.py.

A preset is a dict: config, files (name: content), tensors (a list of (name, shape, kind) with kind 'weight', 'norm' or
'bias'), dtype as published, and tokenizer (arguments of vocabulary.tokenizer_json) with its tokenizer_config settings.
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


# the real tower and the real width of the features, as little else as runs
TOWERS = {
    "gemma3-896": grown.gemma3,
    "llava-336": lambda: llava(llama(4096, 1, 1024, 32, "float16"), "float16"),
    "mllama-four-tiles": grown.mllama,
    "qwen2.5-vl-one-megapixel": lambda: qwen2_5_vl(2048, 1, 512, 16, 2),
    "qwen3-vl-one-megapixel": lambda: qwen3_vl(2560, 3, 512, 32, 8),
    "smolvlm-512": grown.smolvlm,
}

PRESETS = TOWERS | {
    "qwen3-vl-4b": lambda: qwen3_vl(2560, 36, 9728, 32, 8),
    "qwen3-vl-2b": lambda: qwen3_vl(2048, 28, 6144, 16, 8),
    "qwen3-vl-tower": lambda: qwen3_vl(512, 4, 1536, 4, 2),
    "qwen3-vl-24x1024": lambda: qwen3_vl(1024, 24, 3072, 16, 8),
    "qwen2.5-vl-3b": qwen2_5_vl,
    "llava-7b": lambda: llava(llama(4096, 32, 11008, 32, "float16"), "float16"),
    "clip-vit-l-336-llava": lambda: llava(llama(512, 2, 1376, 8, "float32"), "float32"),
}
