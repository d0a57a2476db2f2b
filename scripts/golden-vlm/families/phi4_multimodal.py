"""Phi-4-multimodal in the layout of transformers, without a LoRA."""

import torch
from transformers import (
    AutoImageProcessor, AutoModelForImageTextToText, AutoTokenizer, Phi4MultimodalConfig, Phi4MultimodalForCausalLM,
)

from cases import CASES, with_settings
from family import TEMPLATES, Family
from families import phi4mm
from families.phi4mm import BASE, HALF, IMAGE, PATCH, SIDE, TILES, TOKENS

LAST = ["<|endoftext|>", "<|image|>", "<|audio|>", "<|assistant|>", "<|system|>", "<|end|>", "<|user|>"]
NAMES = ["image_pixel_values", "image_sizes", "image_attention_mask"]


class Model(Phi4MultimodalForCausalLM):
    """With pictures under the name that all goldens have."""

    def forward(self, input_ids, pixel_values=None, image_sizes=None, image_attention_mask=None, **settings):
        if pixel_values is not None:
            self.pictures = dict(zip(NAMES, (pixel_values, image_sizes, image_attention_mask)))
        pictures = self.pictures if (input_ids == IMAGE).any() else {}  # generate gives them once
        return super().forward(input_ids, **(settings | pictures))

    def prepare_inputs_for_generation(self, input_ids, attention_mask=None, **kwargs):
        """Where the cache is dropped, all tokens are read again; the reference reads the last one only."""
        if input_ids.shape[1] == self.config.original_max_position_embeddings + 1:
            kwargs["next_sequence_length"] = None
        return super().prepare_inputs_for_generation(input_ids, attention_mask=attention_mask, **kwargs)


AutoModelForImageTextToText.register(Phi4MultimodalConfig, Model, exist_ok=True)


class Processor:
    """Phi4MultimodalProcessor, whose numbers of tokens are those of tiles of 448 pixels, without its audio."""

    def __init__(self, folder):
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.images = AutoImageProcessor.from_pretrained(folder)
        self.chat_template = (TEMPLATES / "phi4_multimodal.jinja").read_text()

    def apply_chat_template(self, messages, add_generation_prompt):
        return self.tokenizer.apply_chat_template(
            messages, chat_template=self.chat_template, tokenize=False, add_generation_prompt=add_generation_prompt
        )

    def __call__(self, text, images, return_tensors, text_kwargs, images_kwargs):
        prompt, pictures = text[0], {}
        if images:
            pictures = self.images(images, return_tensors="pt", **images_kwargs)
            for count in pictures.pop("num_img_tokens"):
                count += TOKENS * (TOKENS + 1) - 16 * (16 + 1)
                prompt = prompt.replace("<|image|>", "<|endoftext|>" * int(count), 1)
            pictures = dict(zip(["pixel_values", *NAMES[1:]], (pictures[name] for name in NAMES)))
        prompt = prompt.replace("<|endoftext|>", "<|image|>")
        return dict(self.tokenizer(prompt, return_tensors=return_tensors, **text_kwargs)) | pictures


def features(model, inputs):
    rows = torch.zeros(1, len(inputs["input_ids"][0]), model.config.hidden_size)
    names = ["pixel_values", *NAMES[1:]]
    embedding = model.model.embed_tokens_extend.image_embed
    placed = embedding(inputs["input_ids"], rows, *[inputs[name] for name in names])
    return {"features": placed[inputs["input_ids"] == IMAGE]}


TEXT = {name: value for name, value in phi4mm.TEXT.items() if name not in ("partial_rotary_factor", "rope_theta")}

MODEL = Family(
    folder="phi4_multimodal",
    config=TEXT | {
        "architectures": ["Phi4MultimodalForCausalLM"], "model_type": "phi4_multimodal",
        "audio_config": {
            "audio_token_id": IMAGE + 1, "depthwise_separable_out_channel": 8, "ext_pw_out_channel": 8,
            "hidden_size": 8, "input_size": 16, "intermediate_size": 8, "model_type": "phi4_multimodal_audio",
            "nemo_conv_channels": 8, "num_attention_heads": 2, "num_blocks": 1, "bias_max_distance": 4,
        },
        "rope_parameters": phi4mm.LONGROPE | {
            "original_max_position_embeddings": phi4mm.TEXT["original_max_position_embeddings"],
            "partial_rotary_factor": 0.75, "rope_theta": 10000.0, "rope_type": "longrope",
        },
        "transformers_version": "5.23.0",
        "vision_config": phi4mm.VISION | {
            "feature_layer": -2, "image_token_id": IMAGE, "model_type": "phi4_multimodal_vision",
        },
    },
    files={
        "preprocessor_config.json": {
            "do_convert_rgb": True, "do_normalize": True, "do_rescale": True, "dynamic_hd": TILES, "image_mean": HALF,
            "image_processor_type": "Phi4MultimodalImageProcessor", "image_std": HALF, "patch_size": PATCH,
            "processor_class": "Phi4MultimodalProcessor", "resample": 3, "rescale_factor": 1 / 255,
            "size": {"height": SIDE, "width": SIDE},
        },
        "generation_config.json": {
            "bos_token_id": BASE, "eos_token_id": [BASE + 5, BASE], "pad_token_id": BASE,
            "transformers_version": "5.23.0",
        },
    },
    tokenizer=dict(base=BASE, last=LAST),
    tokenizer_settings=dict(
        audio_token="<|audio|>", bos_token="<|endoftext|>", eos_token="<|endoftext|>", image_token="<|image|>",
        pad_token="<|endoftext|>", processor_class="Phi4MultimodalProcessor", tokenizer_class="PreTrainedTokenizerFast",
    ),
    template="phi4_multimodal", template_file="chat_template.jinja", names=[], features=features,
    gains=[("img_feature_extensor", phi4mm.scaled), *phi4mm.GAINS], layouts=("published",), dtype="bfloat16",
    processor=Processor, backend="torchvision",
    cases={name: CASES[name] for name in ["text", "one", "two", "three", "a_b", "b_a", "very_wide", "tiny", "rgba"]}
    | {"settings": with_settings(dynamic_hd=6)["settings"]},
    notes=[
        "where an answer passes the length of short sequences, the reference keeps its last token only; here all are read again",
    ],
)

FAMILIES = [MODEL]
