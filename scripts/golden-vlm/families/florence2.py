"""Florence-2: a DaViT tower before a BART, told what to do by task prompts; published with code of its own."""

import torch

from cases import Case, image, text, user
from family import Family

WORDS, VOCABULARY = 300, 1324
TOKENS = 10
# Florence-2's own processor adds these to BART's tokenizer when it is made; no file names them
ADDED = [
    "<od>", "</od>", "<ocr>", "</ocr>", *[f"<loc_{index}>" for index in range(1000)], "<cap>", "</cap>", "<ncap>",
    "</ncap>", "<dcap>", "</dcap>", "<grounding>", "</grounding>", "<seg>", "</seg>", "<sep>", "<region_cap>",
    "</region_cap>", "<region_to_desciption>", "</region_to_desciption>", "<proposal>", "</proposal>", "<poly>",
    "</poly>", "<and>",
]
assert WORDS + len(ADDED) == VOCABULARY
FIRST = ["<s>", "<pad>", "</s>", "<unk>"]
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]

TEXT = {
    "vocab_size": VOCABULARY, "activation_dropout": 0.1, "activation_function": "gelu", "add_bias_logits": False,
    "add_final_layer_norm": False, "attention_dropout": 0.1, "bos_token_id": 0, "classif_dropout": 0.1,
    "classifier_dropout": 0.0, "d_model": 32, "decoder_attention_heads": 4, "decoder_ffn_dim": 56,
    "decoder_layerdrop": 0.0, "decoder_layers": 3, "decoder_start_token_id": 2, "dropout": 0.1,
    "early_stopping": True, "encoder_attention_heads": 4, "encoder_ffn_dim": 48, "encoder_layerdrop": 0.0,
    "encoder_layers": 2, "eos_token_id": 2, "forced_eos_token_id": 2, "forced_bos_token_id": 0,
    "gradient_checkpointing": False, "init_std": 0.02, "is_encoder_decoder": True, "max_position_embeddings": 128,
    "no_repeat_ngram_size": 3, "normalize_before": False, "num_hidden_layers": 2, "pad_token_id": 1,
    "scale_embedding": False, "num_beams": 3,
}
TOWER = {
    "drop_path_rate": 0.1, "patch_size": [7, 3, 3, 3], "patch_stride": [4, 2, 2, 2], "patch_padding": [3, 1, 1, 1],
    "patch_prenorm": [False, True, True, True], "num_heads": [2, 3, 4, 6], "num_groups": [4, 2, 2, 3],
    "depths": [1, 1, 2, 1], "window_size": 5, "projection_dim": 32,
}
WIDTHS = [8, 12, 16, 24]


def look(prompt, file):
    return Case([user(image(file), text(prompt))])


CASES = {
    "one": look("<CAPTION>", "square.png"),
    "photo": look("<MORE_DETAILED_CAPTION>", "photo.jpg"),
    "objects": look("<OD>", "wide.png"),
    "grounding": look("<CAPTION_TO_PHRASE_GROUNDING>A red square on a lake.", "photo.jpg"),
    "region": look("<REGION_TO_CATEGORY><loc_52><loc_332><loc_932><loc_774>", "tall.png"),
    "free": look("What does the sign say?", "wide.png"),
    **{name: look("<OCR>", f"{name}.png") for name in
       ("very_wide", "very_tall", "column", "tiny", "grey", "rgba", "palette")},
}


def features(model, inputs):
    pixels = inputs["pixel_values"]
    encoder = model.model(**inputs).encoder_last_hidden_state[0]
    return {"features": model.get_image_features(pixel_values=pixels).pooler_output.flatten(0, 1), "encoder": encoder}


def preprocessor(**more):
    return {
        "do_convert_rgb": None, "do_normalize": True, "do_rescale": True, "do_resize": True, "do_center_crop": False,
        "image_processor_type": "CLIPImageProcessor", "image_seq_length": TOKENS, "image_mean": MEAN,
        "image_std": STD, "processor_class": "Florence2Processor", "resample": 3,
        "size": {"height": 96, "width": 96}, "crop_size": {"height": 96, "width": 96}, **more,
    }


def as_published(tensors):
    """The words once and without the picture's token, a bias of zeros, the projection the other way round."""
    words = tensors["language_model.model.shared.weight"][:VOCABULARY]
    tensors = {name: value for name, value in tensors.items() if "embed_tokens" not in name and "lm_head" not in name}
    return tensors | {
        "language_model.model.shared.weight": words,
        "language_model.final_logits_bias": torch.zeros(1, VOCABULARY),
        "image_projection": tensors["image_projection"].T,
    }


SETTINGS = dict(
    processor_class="Florence2Processor", bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="<pad>",
    cls_token="<s>", sep_token="</s>", mask_token="<mask>",
)
GENERATION = {
    "_from_model_config": True, "bos_token_id": 0, "decoder_start_token_id": 2, "early_stopping": True,
    "eos_token_id": 2, "forced_bos_token_id": 0, "forced_eos_token_id": 2, "no_repeat_ngram_size": 3, "num_beams": 3,
    "pad_token_id": 1,
}

ORIGINAL = Family(
    folder="florence2",
    config={
        "architectures": ["Florence2ForConditionalGeneration"],
        "auto_map": {
            "AutoConfig": "configuration_florence2.Florence2Config",
            "AutoModelForCausalLM": "modeling_florence2.Florence2ForConditionalGeneration",
        },
        "bos_token_id": 0, "eos_token_id": 2, "ignore_index": -100, "model_type": "florence2", "pad_token_id": 1,
        "projection_dim": 32, "text_config": TEXT,
        "vision_config": {
            "model_type": "davit", **TOWER, "dim_embed": WIDTHS, "enable_checkpoint": False,
            "visual_temporal_embedding": {"type": "COSINE", "max_temporal_embeddings": 20},
            "image_pos_embed": {"type": "learned_abs_2d", "max_pos_embeddings": 12},
            "image_feature_source": ["spatial_avg_pool", "temporal_avg_pool"],
        },
        "vocab_size": VOCABULARY, "torch_dtype": "float32", "transformers_version": "4.41.0.dev0",
        "is_encoder_decoder": True,
    },
    files={
        "preprocessor_config.json": preprocessor(
            auto_map={"AutoProcessor": "processing_florence2.Florence2Processor"}
        ),
        "generation_config.json": GENERATION,
    },
    tokenizer=dict(base=WORDS - 1, first=FIRST, last=["<mask>"], bos="<s>", eos="</s>"),
    tokenizer_settings=dict(SETTINGS, tokenizer_class="BartTokenizer"), template=None, template_file=None,
    features=None,
    names=[
        (r"^model\.vision_tower\.(convs\.\d+)\.conv\.", r"vision_tower.\1.proj."),
        (r"^model\.vision_tower\.(.*)\.(conv[12])\.", r"vision_tower.\1.\2.fn.dw."),
        (r"^model\.vision_tower\.(.*\.spatial_block)\.norm1\.", r"vision_tower.\1.window_attn.norm."),
        (r"^model\.vision_tower\.(.*\.channel_block)\.norm1\.", r"vision_tower.\1.channel_attn.norm."),
        (r"^model\.vision_tower\.(.*_attn)\.(qkv|proj)\.", r"vision_tower.\1.fn.\2."),
        (r"^model\.vision_tower\.(.*)\.norm2\.", r"vision_tower.\1.ffn.norm."),
        (r"^model\.vision_tower\.(.*)\.ffn\.(fc[12])\.", r"vision_tower.\1.ffn.fn.net.\2."),
        (r"^model\.vision_tower\.", "vision_tower."),
        (r"^model\.multi_modal_projector\.image_projection\.weight", "image_projection"),
        (r"^model\.multi_modal_projector\.image_position_embed\.", "image_pos_embed."),
        (r"^model\.multi_modal_projector\.", ""),
        (r"^model\.language_model\.", "language_model.model."),
    ],
    to_published=as_published,
)

MODEL = Family(
    folder="florence2",
    config={
        "architectures": ["Florence2ForConditionalGeneration"], "bos_token_id": 0, "eos_token_id": 2,
        "image_token_id": VOCABULARY, "is_encoder_decoder": True, "model_type": "florence2", "pad_token_id": 1,
        "text_config": TEXT | {
            "model_type": "bart", "vocab_size": VOCABULARY + 1, "tie_word_embeddings": True,
        },
        "tie_word_embeddings": True,
        "vision_config": TOWER | {
            "model_type": "florence_vision", "embed_dim": WIDTHS, "max_temporal_embeddings": 20,
            "max_position_embeddings": 12,
        },
    },
    files={"preprocessor_config.json": preprocessor(), "generation_config.json": GENERATION},
    tokenizer=dict(base=WORDS - 1, first=FIRST, last=["<mask>", *ADDED, "<image>"]),
    tokenizer_settings=dict(
        SETTINGS, tokenizer_class="PreTrainedTokenizerFast", image_token="<image>",
        extra_special_tokens={"image_token": "<image>"},
    ),
    template=None, template_file=None, names=[], features=features, cases=CASES, original=ORIGINAL, vocabulary=VOCABULARY,
    gains=[("shared", 0.5)],
    notes=[
        "published as Microsoft does, which transformers 5 cannot read; computed on its own layout, and read by mlx-vlm",
        "in the published layout the features come before the text and there is no token for them: input_ids without "
        "the first ten; logits are those of the published vocabulary",
        "tokens: plain greedy, none forced, no beams, unlike generation_config.json",
    ],
)

FAMILIES = [MODEL]
