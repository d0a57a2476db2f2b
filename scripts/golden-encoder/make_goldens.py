"""Makes tiny random-weight checkpoints of every image and text encoder family, and what transformers computes with them.

    python make_goldens.py OUT_FOLDER [CASE ...]

Each case becomes a folder: config.json and *.safetensors as transformers saves them, and golden.safetensors with the outputs in
float32, named OUTPUT.HEIGHTxWIDTH for pictures and OUTPUT.text for texts. The inputs are not stored: `pixels` and `token_ids`
below make them from integer arithmetic that the tests repeat. manifest.json keeps the versions.
"""

import argparse
import json
import platform
import shutil
from pathlib import Path

import numpy as np
import safetensors
import torch
import transformers
from safetensors.torch import save_file
from transformers import (
    CLIPConfig,
    CLIPModel,
    CLIPTextConfig,
    CLIPTextModelWithProjection,
    CLIPVisionConfig,
    CLIPVisionModel,
    CLIPVisionModelWithProjection,
    ConvNextConfig,
    ConvNextModel,
    DeiTConfig,
    DeiTModel,
    Dinov2Config,
    Dinov2Model,
    Dinov2WithRegistersConfig,
    Dinov2WithRegistersModel,
    DINOv3ViTConfig,
    DINOv3ViTModel,
    Siglip2Config,
    Siglip2Model,
    SiglipConfig,
    SiglipModel,
    SiglipVisionConfig,
    SiglipVisionModel,
    ViTConfig,
    ViTForImageClassification,
    ViTModel,
)

SEED = 20261121
BATCH = 2
VIT = dict(
    hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, image_size=40, patch_size=8
)
TEXT = dict(
    hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, vocab_size=120,
    max_position_embeddings=12,
)
NATIVE = (40, 40)
# one patch, a rectangle, and sizes that leave pixels over
OTHER = [(8, 8), (24, 72), (37, 61), (83, 43)]


def mix(count, salt):
    """Well-spread 32-bit integers, the same in every language: a multiplicative hash of the index."""
    h = (np.arange(count, dtype=np.uint64) + np.uint64(salt)) * np.uint64(2654435761) % np.uint64(1 << 32)
    h ^= h >> np.uint64(16)
    h = h * np.uint64(2246822519) % np.uint64(1 << 32)
    return h ^ (h >> np.uint64(13))


def pixels(height, width):
    """float32 [BATCH, 3, height, width] in [-2, 2)."""
    values = (mix(BATCH * 3 * height * width, height * 1000 + width) >> np.uint64(8)).astype(np.float64) / (1 << 22) - 2
    return torch.from_numpy(values.astype(np.float32)).reshape(BATCH, 3, height, width)


def token_ids(length, vocabulary, eos, pad):
    """int64 [BATCH, length]: ids from 3 on, row r ends with `eos` at position length - 2 - 3r and `pad` after it."""
    ids = 3 + (mix(BATCH * length, length) % np.uint64(vocabulary - 10)).astype(np.int64).reshape(BATCH, length)
    for row in range(BATCH):
        end = length - 2 - 3 * row
        ids[row, end] = eos
        ids[row, end + 1 :] = pad
    return torch.from_numpy(ids)


def randomize(model):
    """Weights large enough that every layer shows in the output."""
    generator = torch.Generator().manual_seed(SEED)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            noise = torch.randn(parameter.shape, generator=generator)
            if "norm" in name and name.endswith("weight"):
                parameter.copy_(1 + 0.2 * noise)
            elif "lambda" in name or "layer_scale" in name:
                parameter.copy_(0.7 + 0.2 * noise)
            elif parameter.dim() >= 2 and "embeddings" not in name and "probe" not in name:
                parameter.copy_(noise * 0.7 / parameter[0].numel() ** 0.5)
            else:
                parameter.copy_(0.2 * noise)
    return model.eval()


def vit_like(prefix_tokens, pooler="pooler_output", **call):
    """cls, mean of the patch tokens, and pooler of a tower."""

    def outputs(model, x):
        out = model(pixel_values=x, **call)
        hidden = out.last_hidden_state
        result = {"mean": hidden[:, prefix_tokens:].mean(1)}
        if prefix_tokens:
            result["cls"] = hidden[:, 0]
        if pooler and out.get(pooler) is not None:
            result["pooler"] = out[pooler]
        return result

    return outputs


def classifier(attribute, prefix_tokens):
    """The tower inside a model with a classification head."""
    tower = vit_like(prefix_tokens, interpolate_pos_encoding=True)
    return lambda model, x: tower(getattr(model, attribute), x)


def clip_vision(model, x):
    tower = getattr(model, "vision_model", model)
    result = vit_like(1, interpolate_pos_encoding=True)(tower, x)
    if hasattr(model, "visual_projection"):
        result["projection"] = model.visual_projection(result["pooler"])
    return result


def clip_text(model, ids):
    out = model.text_model(input_ids=ids)
    return {"pooler": out.pooler_output, "projection": model.text_projection(out.pooler_output)}


def siglip_vision(model, x):
    return vit_like(0, interpolate_pos_encoding=True)(getattr(model, "vision_model", model), x)


def siglip_text(model, ids):
    return {"pooler": model.text_model(input_ids=ids).pooler_output}


def siglip2_vision(model, x):
    """NaFlex: the picture cut into patches, (row, column, channel), none of them padding."""
    batch, channels, height, width = x.shape
    patch = model.config.vision_config.patch_size
    rows, columns = height // patch, width // patch
    x = x[:, :, : rows * patch, : columns * patch].reshape(batch, channels, rows, patch, columns, patch)
    patches = x.permute(0, 2, 4, 3, 5, 1).reshape(batch, rows * columns, patch * patch * channels)
    out = model.vision_model(
        pixel_values=patches,
        pixel_attention_mask=torch.ones(batch, rows * columns, dtype=torch.long),
        spatial_shapes=torch.tensor([[rows, columns]] * batch),
    )
    return {"mean": out.last_hidden_state.mean(1), "pooler": out.pooler_output}


def convnext(model, x):
    out = model(pixel_values=x)
    return {"mean": out.last_hidden_state.mean([-2, -1]), "pooler": out.pooler_output}


def clip_config(eos, activation, **text):
    return CLIPConfig(
        vision_config=dict(VIT, hidden_act=activation, projection_dim=24),
        text_config=dict(TEXT, hidden_act=activation, eos_token_id=eos, pad_token_id=1, projection_dim=24, **text),
        projection_dim=24,
    )


DINO2 = {k: v for k, v in VIT.items() if k != "intermediate_size"}
DINO3 = dict(VIT, num_register_tokens=3)
SIGLIP2_VIT = dict({k: v for k, v in VIT.items() if k != "image_size"}, num_patches=25)
CONVNEXT = dict(hidden_sizes=[8, 16, 24, 32], depths=[1, 2, 1, 1], patch_size=4)
NEW_NAMES = dict(save_original_format=False)
INTERPOLATE = vit_like(1, interpolate_pos_encoding=True)

# name: model, vision outputs, text outputs (vocabulary, eos, pad), how to save, dtype of the saved weights
CASES = {
    "vit": (lambda: ViTModel(ViTConfig(**VIT)), INTERPOLATE, None, {}, None),
    "vit-new-names": (lambda: ViTModel(ViTConfig(**VIT)), INTERPOLATE, None, NEW_NAMES, None),
    "vit-classifier": (
        lambda: ViTForImageClassification(ViTConfig(**VIT, qkv_bias=False)), classifier("vit", 1), None, {}, None),
    "deit": (lambda: DeiTModel(DeiTConfig(**VIT)), vit_like(2, interpolate_pos_encoding=True), None, {}, None),
    "deit-new-names": (
        lambda: DeiTModel(DeiTConfig(**VIT)), vit_like(2, interpolate_pos_encoding=True), None, NEW_NAMES, None),
    "dinov2": (lambda: Dinov2Model(Dinov2Config(**DINO2)), vit_like(1), None, {}, None),
    "dinov2-f16": (lambda: Dinov2Model(Dinov2Config(**DINO2)), vit_like(1), None, {}, torch.float16),
    "dinov2-swiglu": (
        lambda: Dinov2Model(Dinov2Config(**DINO2, use_swiglu_ffn=True)), vit_like(1), None, {}, None),
    "dinov2-swiglu-new-names": (
        lambda: Dinov2Model(Dinov2Config(**DINO2, use_swiglu_ffn=True)), vit_like(1), None, NEW_NAMES, None),
    "dinov2-registers": (
        lambda: Dinov2WithRegistersModel(Dinov2WithRegistersConfig(**DINO2, num_register_tokens=4)),
        vit_like(5), None, {}, None),
    "dinov2-registers-new-names": (
        lambda: Dinov2WithRegistersModel(Dinov2WithRegistersConfig(**DINO2, num_register_tokens=4)),
        vit_like(5), None, NEW_NAMES, None),
    "dinov3": (lambda: DINOv3ViTModel(DINOv3ViTConfig(**DINO3)), vit_like(4), None, {}, None),
    "dinov3-gated-new-names": (
        lambda: DINOv3ViTModel(DINOv3ViTConfig(**DINO3, use_gated_mlp=True, hidden_act="silu", key_bias=True)),
        vit_like(4), None, NEW_NAMES, None),
    "dinov3-no-registers": (lambda: DINOv3ViTModel(DINOv3ViTConfig(**VIT)), vit_like(1), None, {}, None),
    "clip": (lambda: CLIPModel(clip_config(2, "quick_gelu")), clip_vision, (clip_text, 120, 119, 1), {}, None),
    "clip-shards-bf16": (
        lambda: CLIPModel(clip_config(7, "gelu")), clip_vision, (clip_text, 120, 7, 7),
        dict(max_shard_size="40KB"), torch.bfloat16),
    "clip-vision-projection": (
        lambda: CLIPVisionModelWithProjection(CLIPVisionConfig(**VIT, projection_dim=24)), clip_vision, None, {}, None),
    "clip-vision-new-names": (lambda: CLIPVisionModel(CLIPVisionConfig(**VIT)), clip_vision, None, {}, None),
    "clip-text-projection": (
        lambda: CLIPTextModelWithProjection(CLIPTextConfig(**TEXT, eos_token_id=7, projection_dim=24)),
        None, (clip_text, 120, 7, 1), {}, None),
    "siglip": (
        lambda: SiglipModel(SiglipConfig(vision_config=VIT, text_config=dict(TEXT, projection_size=32))),
        siglip_vision, (siglip_text, 120, 1, 1), {}, None),
    "siglip-vision-new-names": (
        lambda: SiglipVisionModel(SiglipVisionConfig(**VIT)), siglip_vision, None, {}, None),
    "siglip-headless": (
        lambda: SiglipVisionModel(SiglipVisionConfig(**VIT, vision_use_head=False)), siglip_vision, None, {}, None),
    "siglip2-naflex": (
        lambda: Siglip2Model(Siglip2Config(vision_config=SIGLIP2_VIT, text_config=dict(TEXT, projection_size=32))),
        siglip2_vision, (siglip_text, 120, 1, 1), {}, None),
    "convnext": (lambda: ConvNextModel(ConvNextConfig(**CONVNEXT)), convnext, None, {}, None),
}


def make(name, folder):
    build, vision, text, save, dtype = CASES[name]
    sizes = [(64, 64), (96, 32), (75, 53)] if name == "convnext" else [NATIVE] + OTHER
    torch.manual_seed(SEED)
    model = randomize(build())
    if dtype is not None:
        # what is computed with are the rounded weights, in float32; .to() would round the buffers too
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.copy_(parameter.to(dtype).float())
        saved = build().to(dtype)
        saved.load_state_dict({k: v.to(dtype) for k, v in model.state_dict().items()})
    else:
        saved = model
    shutil.rmtree(folder, ignore_errors=True)
    saved.save_pretrained(folder, **save)
    goldens = {}
    with torch.no_grad():
        if vision:
            for height, width in sizes:
                for output, value in vision(model, pixels(height, width)).items():
                    goldens[f"{output}.{height}x{width}"] = value.float().contiguous().clone()
        if text:
            outputs, vocabulary, eos, pad = text
            for output, value in outputs(model, token_ids(12, vocabulary, eos, pad)).items():
                goldens[f"{output}.text"] = value.float().contiguous().clone()
    save_file(goldens, folder / "golden.safetensors")
    return {
        "model": type(model).__name__,
        "sizes": [list(size) for size in sizes] if vision else [],
        "text": list(text[1:]) if text else None,
        "save": save,
        "dtype": str(dtype or torch.float32),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("cases", nargs="*", default=list(CASES))
    arguments = parser.parse_args()
    manifest_file = arguments.out / "manifest.json"
    manifest = json.loads(manifest_file.read_text()) if manifest_file.exists() else {"cases": {}}
    manifest["versions"] = {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "safetensors": safetensors.__version__,
        "numpy": np.__version__,
    }
    manifest["seed"] = SEED
    for name in arguments.cases:
        manifest["cases"][name] = make(name, arguments.out / name)
        print(name, sorted(p.name for p in (arguments.out / name).iterdir()))
    manifest_file.write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main()
