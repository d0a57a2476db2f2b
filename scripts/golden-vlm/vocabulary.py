"""Small byte-level BPE tokenizers, trained on a text of ours, with a family's special tokens at the ids its config names."""

import json
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

TEXT = """
A picture says what it says once. The tower looks at the image, the projector hands the features to the language model, and the
language model writes an answer, one token after the other. What is in this picture? Describe the image in detail, please.
The first image shows a red square on a green field; the second one shows a photo of hills, a lake and a small house under a
cloudy sky. Compare the two pictures. Which of them is larger, which of them is older? How many people are there in the image?
You are a helpful assistant. Answer the question with one word or a short phrase. There are three lines of text: read them aloud.
In the morning the train leaves at 7:45 from platform 12; tickets cost 3.50, or 28.00 for ten rides. Look again: is the sign
blue, yellow, or both? I don't know, but it's likely that they've seen it before. We'll keep what we have computed, and we'll
never compute it again. The same bytes give the same answer. system user assistant USER ASSISTANT image text picture
def look(image): return tower(image) # features, 1024 x 2560
El cielo es azul y la casa es roja. Das Haus steht am See, der Himmel ist grau. Le chat dort sur la chaise.
"""

GPT2 = None
QWEN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN3_5 = QWEN.replace(r"?\p{L}+", r"?[\p{L}\p{M}]+").replace(r"[^\s\p{L}\p{N}]", r"[^\s\p{L}\p{M}\p{N}]")
LLAMA3 = QWEN.replace(r"|\p{N}|", r"|\p{N}{1,3}|")


def _pre_tokenizer(pattern):
    if pattern is GPT2:
        return {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    split = {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
    return {"type": "Sequence", "pretokenizers": [split, level]}


def _train(size):
    """At most `size` tokens, the 256 bytes included, and the merges that make them."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=size, initial_alphabet=alphabet, show_progress=False, min_frequency=2)
    tokenizer.train_from_iterator(TEXT.strip().split("\n"), trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return sorted(model["vocab"], key=model["vocab"].get), model["merges"]


def _around(ids, bos, eos):
    """The post-processor that sets `bos` before a text and, unless it is None, `eos` after it."""
    special = lambda token: [{"SpecialToken": {"id": token, "type_id": 0}}] if token else []
    text = lambda name, type_id: [{"Sequence": {"id": name, "type_id": type_id}}]
    one, two = special(bos) + text("A", 0) + special(eos), special(bos) + text("B", 1) + special(eos)
    return {
        "type": "TemplateProcessing", "single": one, "pair": one + two,
        "special_tokens": {
            token: {"id": token, "ids": [ids[token]], "tokens": [token]} for token in (bos, eos) if token is not None
        },
    }


def tokenizer_json(base, first=(), last=(), pattern=GPT2, bos=None, eos=None, trained=480):
    """A tokenizer.json.

    base: how many ids lie before the first token of `last`; what training leaves free becomes words that no text gives
    first: special tokens in the vocabulary itself, from id 0 on
    last: special tokens from id `base` on; (token, False) is an added token that is not special
    bos, eos: tokens of `first` or `last` that the tokenizer sets before and after every text
    """
    learned, merges = _train(min(trained, base - len(first)))
    tokens = list(first) + learned
    tokens += [f"Ġw{index}" for index in range(len(tokens), base)]
    last = [token if isinstance(token, tuple) else (token, True) for token in last]
    ids = {token: index for index, token in enumerate(tokens + [token for token, _ in last])}
    added = [(token, True) for token in first] + last
    post = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
    if bos is not None:
        post = _around(ids, bos, eos)
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {
                "id": ids[token], "content": token, "single_word": False, "lstrip": False, "rstrip": False,
                "normalized": False, "special": special,
            }
            for token, special in added
        ],
        "normalizer": {"type": "NFC"} if pattern in (QWEN, QWEN3_5) else None,
        "pre_tokenizer": _pre_tokenizer(pattern),
        "post_processor": post,
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "", "end_of_word_suffix": "",
            "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
            "vocab": {token: index for index, token in enumerate(tokens)}, "merges": merges,
        },
    }


def tokenizer_config(tokenizer, processor_class, **settings):
    """A tokenizer_config.json as published: the added tokens by id, and what the family sets."""
    return {
        "added_tokens_decoder": {
            str(token["id"]): {key: value for key, value in token.items() if key != "id"}
            for token in tokenizer["added_tokens"]
        },
        "clean_up_tokenization_spaces": False,
        "model_max_length": 4096,
        "processor_class": processor_class,
        **settings,
    }


def write_json(file: Path, value):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
