"""nanoLLaVA and Bunny as LLaVA of the same parts: SigLIP without its last layer, a projector, Qwen2 or Llama."""

import torch
from PIL import Image
from transformers import LlavaProcessor, SiglipImageProcessorPil

from cases import CASES
from family import Family

LAST = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
BASE = 290
IMAGE, VOCABULARY = BASE + len(LAST), 300
HALF = [0.5, 0.5, 0.5]
SIDE = 28
TOWER = "model.vision_tower.vision_tower.vision_model."


def on_square(image):
    """As the published code pads: with 127 of 255."""
    side = max(image.size)
    square = Image.new(image.mode, (side, side), (127, 127, 127))
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return square


def compare_pixels():
    """LlavaImageProcessor pads a picture and then does as SigLIP's does; what the published code does, bit for bit."""
    plain = LlavaProcessor.__call__

    def call(self, images=None, text=None, **settings):
        inputs = plain(self, images=images, text=text, **settings)
        if images and type(self.image_processor).__name__ == "LlavaImageProcessorPil":
            own = SiglipImageProcessorPil(size={"height": SIDE, "width": SIDE}, image_mean=HALF, image_std=HALF)
            expected = own([on_square(image.convert("RGB")) for image in images], return_tensors="pt")["pixel_values"]
            assert torch.equal(inputs["pixel_values"], expected)
        return inputs

    LlavaProcessor.__call__ = call


compare_pixels()


def features(model, inputs):
    return {"features": torch.cat(tuple(model.get_image_features(pixel_values=inputs["pixel_values"]).pooler_output))}


def with_head(tensors):
    """With some of the pooling head, which published files have."""
    width = len(tensors[TOWER + "post_layernorm.weight"])
    return tensors | {TOWER + "head.probe": torch.zeros(1, 1, width)}


def family(folder, model_type, architecture, text, ratio, template, parts, head, bos, **settings):
    vision = {
        "hidden_size": 32, "image_size": SIDE, "intermediate_size": 56, "num_attention_heads": 4,
        "num_hidden_layers": 3, "patch_size": 7,
    }
    generation = {"bos_token_id": BASE, "eos_token_id": BASE + 2, "transformers_version": "4.39.2"}
    tokens = dict(
        bos_token="<|endoftext|>", eos_token="<|im_end|>", pad_token="<|endoftext|>",
        tokenizer_class="PreTrainedTokenizerFast",
    )
    image = {"do_convert_rgb": None, "image_mean": HALF, "image_std": HALF, "resample": 3}
    names = [
        (r"^model\.vision_tower\.", TOWER),
        (r"^model\.multi_modal_projector\.linear_1\.", "model.mm_projector.0."),
        (r"^model\.multi_modal_projector\.linear_2\.", "model.mm_projector.2."),
        (r"^model\.language_model\.", "model."),
    ]
    text = text | {"tie_word_embeddings": head == "tied", "torch_dtype": "bfloat16", "vocab_size": VOCABULARY}
    published = Family(
        folder=folder,
        config={
            "architectures": [architecture], "auto_map": {"AutoModelForCausalLM": f"modeling.{architecture}"},
            "image_aspect_ratio": ratio, "mm_hidden_size": 32, "mm_projector_type": "mlp2x_gelu",
            "mm_vision_tower": "google/siglip-so400m-patch14-384", "tokenizer_model_max_length": 4096,
            "use_mm_proj": True, "transformers_version": "4.39.2", "vision_config": vision, **text,
            "model_type": model_type,
        },
        files={
            "preprocessor_config.json": image | {
                "image_processor_type": "SiglipImageProcessor", "size": {"height": SIDE, "width": SIDE},
            },
            "generation_config.json": generation,
        },
        tokenizer=dict(base=BASE, last=LAST, bos=bos), tokenizer_settings=dict(tokens, processor_class=None),
        template=template, template_file="tokenizer_config.json" if template else None, names=names, features=None,
        to_published=with_head, dtype="bfloat16",
    )
    padding = {
        "image_processor_type": "LlavaImageProcessor", "do_pad": True, "do_center_crop": False,
        "size": {"shortest_edge": SIDE},
    }
    squeezing = {"image_processor_type": "SiglipImageProcessor", "size": {"height": SIDE, "width": SIDE}}
    return Family(
        folder=folder,
        config={
            "architectures": ["LlavaForConditionalGeneration"], "image_token_id": IMAGE, "model_type": "llava",
            "projector_hidden_act": "gelu", "text_config": text, "tie_word_embeddings": head == "tied",
            "vision_config": vision | {"model_type": "siglip_vision_model", "vision_use_head": False},
            "vision_feature_layer": -2, "vision_feature_select_strategy": "full",
        },
        files={
            "preprocessor_config.json": image | (padding if ratio == "pad" else squeezing)
            | {"processor_class": "LlavaProcessor"},
            "processor_config.json": {
                "image_token": "<image>", "num_additional_image_tokens": 0, "patch_size": 7,
                "processor_class": "LlavaProcessor", "vision_feature_select_strategy": "full",
            },
            "generation_config.json": generation,
        },
        tokenizer=dict(base=BASE, last=[*LAST, "<image>"], bos=bos),
        tokenizer_settings=dict(tokens, processor_class="LlavaProcessor", image_token="<image>"),
        template=parts, names=[], features=features, original=published, layouts=("published",),
        dtype="bfloat16",
        notes=[
            "published with code of its own; computed as LLaVA with SigLIP, vision_feature_layer -2, and the same text",
            f"input_ids have {IMAGE} where the published code has -200, once for each feature",
        ],
        **settings,
    )


KEPT = ["text", "one", "two", "three", "a_b", "b_a", "tiny", "very_wide"]

MODEL = family(
    "llava_bunny", "llava-qwen2", "LlavaQwen2ForCausalLM",
    {
        "bos_token_id": BASE, "eos_token_id": BASE + 2, "hidden_act": "silu", "hidden_size": 48,
        "intermediate_size": 80, "max_position_embeddings": 1024, "model_type": "qwen2", "num_attention_heads": 4,
        "num_hidden_layers": 3, "num_key_value_heads": 4, "rms_norm_eps": 1e-06, "rope_theta": 1000000.0, "use_sliding_window": False,
    },
    "pad", "llava_bunny", "llava_bunny_parts", "tied", None,
    cases={name: CASES[name] for name in KEPT},
    gains=[("language_model.norm", lambda noise: 7 + noise), ("embed_tokens", 0.1)],
)

VARIANT = family(
    "llava_bunny/variant", "bunny-llama", "BunnyLlamaForCausalLM",
    {
        "attention_bias": False, "bos_token_id": BASE, "eos_token_id": BASE + 2, "hidden_act": "silu",
        "hidden_size": 40, "intermediate_size": 64, "max_position_embeddings": 1024, "model_type": "llama",
        "num_attention_heads": 4, "num_hidden_layers": 2, "num_key_value_heads": 2, "rms_norm_eps": 1e-05, "rope_theta": 500000.0,
    },
    None, None, "bunny_parts", "own", "<|endoftext|>",
    cases={name: CASES[name] for name in ["one"]},
)

FAMILIES = [MODEL, VARIANT]
