"""The model: transformers' own Qwen3-VL at a tiny size, and a batched forward pass over the same parameters for training."""

from functools import lru_cache

import torch
from torch import nn
from torch.nn import functional as F
from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration
from transformers.vision_utils import get_vision_interpolation_indices_and_weights, get_vision_position_ids

from shapes import COLOURS, KINDS
from tokens import END, IMAGE, VISION_END, VISION_START, special, tokenizer

PATCH, MERGE = 16, 2
HIDDEN, VISION_HIDDEN, HEADS, KV_HEADS, HEAD_DIM = 128, 128, 4, 2, 32
TEXT = dict(
    attention_bias=False, attention_dropout=0.0, bos_token_id=special("<|endoftext|>"), dtype="bfloat16", eos_token_id=special(END),
    head_dim=HEAD_DIM, hidden_act="silu", hidden_size=HIDDEN, initializer_range=0.02, intermediate_size=256, max_position_embeddings=2048,
    model_type="qwen3_vl_text", num_attention_heads=HEADS, num_hidden_layers=5, num_key_value_heads=KV_HEADS, pad_token_id=None, rms_norm_eps=1e-6,
    rope_scaling={"mrope_interleaved": True, "mrope_section": [6, 5, 5], "rope_type": "default"}, rope_theta=5000000, use_cache=True,
    vocab_size=tokenizer().get_vocab_size(),
)  # fmt: skip
VISION = dict(
    deepstack_visual_indexes=[1, 2], depth=4, hidden_act="gelu_pytorch_tanh", hidden_size=VISION_HIDDEN, in_channels=3, initializer_range=0.02,
    intermediate_size=384, model_type="qwen3_vl", num_heads=4, num_position_embeddings=100, out_hidden_size=HIDDEN, patch_size=PATCH,
    spatial_merge_size=MERGE, temporal_patch_size=2,
)  # fmt: skip
CONFIG = dict(
    architectures=["Qwen3VLForConditionalGeneration"], image_token_id=special(IMAGE), model_type="qwen3_vl", text_config=TEXT,
    tie_word_embeddings=False, transformers_version="5.23.0", video_token_id=special("<|video_pad|>"), vision_config=VISION,
    vision_end_token_id=special(VISION_END), vision_start_token_id=special(VISION_START),
)  # fmt: skip


def new_model(seed):
    torch.manual_seed(seed)
    config = Qwen3VLConfig(**{**CONFIG, "text_config": dict(TEXT), "vision_config": dict(VISION)})
    model = Qwen3VLForConditionalGeneration._from_config(config, attn_implementation="sdpa", dtype=torch.float32)
    for name, p in model.named_parameters():
        if name.endswith("lm_head.weight"):
            nn.init.normal_(p, std=0.02)
        elif "pos_embed" in name:
            p.data = smooth_positions()
        elif "patch_embed" in name and p.dim() >= 2:
            nn.init.normal_(p, std=0.2 * p[0].numel() ** -0.5)  # or the positions would drown in the pixels
        elif "embed_tokens" in name:
            nn.init.normal_(p, std=0.5)
        elif p.dim() >= 2:
            into_residual = any(part in name for part in ("o_proj", "down_proj", "attn.proj", "mlp.linear_fc2"))
            nn.init.normal_(p, std=p[0].numel() ** -0.5 * (0.35 if into_residual else 1))
    return model


def smooth_positions():
    """[positions, VISION_HIDDEN]: low waves over the square, so that where a patch is can be read from the start."""
    at = torch.linspace(-1, 1, int(VISION["num_position_embeddings"] ** 0.5))
    y, x = (t.flatten() for t in torch.meshgrid(at, at, indexing="ij"))
    waves = torch.stack([x, y] + [f(torch.pi * k * t) for t in (x, y) for k in (0.5, 1, 2) for f in (torch.sin, torch.cos)], 1)
    return waves @ torch.randn(waves.shape[1], VISION_HIDDEN) / waves.shape[1] ** 0.5


class Trainee(nn.Module):
    """The model's parameters under a forward pass for batches whose pictures have one size, with the heads that guide the tower in training."""

    def __init__(self, model):
        super().__init__()
        self.model = model
        self.colour_head = nn.Linear(HIDDEN, MERGE * MERGE * (len(COLOURS) + 1))
        self.kind_head = nn.Linear(HIDDEN, MERGE * MERGE * (len(KINDS) + 1))
        self.there_head = nn.Linear(HIDDEN, MERGE * MERGE * 2)
        self.place_head = nn.Linear(HIDDEN, MERGE * MERGE * 2)
        self.at_head = nn.Linear(HIDDEN, 2, bias=False)
        self.any_kind_head = nn.Linear(HIDDEN, len(KINDS))
        self.any_colour_head = nn.Linear(HIDDEN, len(COLOURS))

    def see(self, patches, grid):
        """float32 [pictures, patches, 3 * 16 * 16] to the main features and the two deepstack levels, each [pictures, tokens, HIDDEN]."""
        tower = self.model.model.visual
        weight = tower.patch_embed.proj.weight.sum(2).flatten(1)  # both frames of a still picture are the same
        index, weights, cos, sin = _geometry(grid)
        x = F.linear(patches, weight, tower.patch_embed.proj.bias) + (tower.pos_embed(index) * weights[..., None]).sum(1)
        levels = []
        for i, block in enumerate(tower.blocks):
            x = x + _look(block.attn, block.norm1(x), cos, sin)
            x = x + block.mlp(block.norm2(x))
            if i in tower.deepstack_visual_indexes:
                levels.append(_merge(tower.deepstack_merger_list[len(levels)], x))
        return [_merge(tower.merger, x), *levels]

    def read(self, ids, positions, features):
        """ids [batch, length], positions [3, batch, length], features as `see` gives them, joined per sample; the last hidden states."""
        text = self.model.model.language_model
        seen = (ids == self.model.config.image_token_id).unsqueeze(-1)
        main, *levels = (f.flatten(0, -2) for f in features)
        x = text.embed_tokens(ids).masked_scatter(seen, main.float())
        cos, sin = text.rotary_emb(x, positions)
        cos, sin = cos.unsqueeze(2), sin.unsqueeze(2)
        for i, layer in enumerate(text.layers):
            x = x + _attend(layer.self_attn, layer.input_layernorm(x), cos, sin)
            x = x + layer.mlp(layer.post_attention_layernorm(x))
            if i < len(levels):
                x = x + torch.zeros_like(x).masked_scatter(seen, levels[i].to(x.dtype))
        return text.norm(x)


@lru_cache(None)
def _geometry(grid):
    """How the position table is sampled for a grid (height, width in patches), and the angles of its patches."""
    thw = torch.tensor([[1, *grid]])
    index, weights = get_vision_interpolation_indices_and_weights(
        thw, num_grid_per_side=int(VISION["num_position_embeddings"] ** 0.5), mode="bilinear", align_corners=True, spatial_merge_size=MERGE
    )
    dim = VISION_HIDDEN // VISION["num_heads"] // 2
    frequency = 1.0 / 10000 ** (torch.arange(0, dim, 2, dtype=torch.float) / dim)
    angles = (get_vision_position_ids(thw, MERGE)[..., None].float() * frequency).flatten(1)
    angles = torch.cat([angles, angles], -1)[:, None]
    return index, weights, angles.cos(), angles.sin()


def _rotate(x, cos, sin):
    half = x.shape[-1] // 2
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), -1) * sin


def _look(attention, x, cos, sin):
    b, n, d = x.shape
    q, k, v = attention.qkv(x).view(b, n, 3, attention.num_heads, -1).unbind(2)
    q, k = _rotate(q, cos, sin), _rotate(k, cos, sin)
    return attention.proj(F.scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)).transpose(1, 2).reshape(b, n, d))


def _merge(merger, x):
    b, n, d = x.shape
    wide = (b, n // MERGE**2, d * MERGE**2)
    x = merger.norm(x.reshape(wide)) if merger.use_postshuffle_norm else merger.norm(x).reshape(wide)
    return merger.linear_fc2(merger.act_fn(merger.linear_fc1(x)))


def _attend(attention, x, cos, sin):
    b, n, _ = x.shape
    q = attention.q_norm(attention.q_proj(x).view(b, n, -1, HEAD_DIM))
    k = attention.k_norm(attention.k_proj(x).view(b, n, -1, HEAD_DIM))
    v = attention.v_proj(x).view(b, n, -1, HEAD_DIM)
    q, k = _rotate(q, cos, sin), _rotate(k, cos, sin)
    k, v = (t.repeat_interleave(HEADS // KV_HEADS, 2).transpose(1, 2) for t in (k, v))
    return attention.o_proj(F.scaled_dot_product_attention(q.transpose(1, 2), k, v, is_causal=True).transpose(1, 2).reshape(b, n, -1))
