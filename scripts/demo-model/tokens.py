"""Our own tokenizer: every word of the questions is one token, anything else falls back to bytes."""

import re
from functools import lru_cache

from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import BPE

from questions import EITHER, MOST, PHRASES, PLURAL, RELATIONS
from shapes import COLOURS, KINDS

END, IMAGE, VISION_START, VISION_END = "<|im_end|>", "<|image_pad|>", "<|vision_start|>", "<|vision_end|>"
SPECIAL = ("<|endoftext|>", "<|im_start|>", END, VISION_START, VISION_END, IMAGE, "<|video_pad|>")
ROLES = ("system\n", "user\n", "assistant\n")
PIECE = r" ?\p{L}+\n?| ?\p{N}| ?[^\s\p{L}\p{N}]+|\s+"
CHAT_TEMPLATE = """{%- for message in messages %}
    {{- '<|im_start|>' + message.role + '\\n' }}
    {%- if message.content is string %}
        {{- message.content }}
    {%- else %}
        {%- for item in message.content %}
            {%- if item.type == 'image' or item.type == 'image_url' or 'image' in item or 'image_url' in item %}
                {{- '<|vision_start|><|image_pad|><|vision_end|>' }}
            {%- elif 'text' in item %}
                {{- item.text }}
            {%- endif %}
        {%- endfor %}
    {%- endif %}
    {{- '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""


def words():
    """Every word of every question and answer, lower case, sorted."""
    names = [*COLOURS, *KINDS, *PLURAL.values(), *EITHER.values(), *"0123456789", "a an", "shape", "there is no first second yes no middle top bottom left right"]
    text = " ".join([*names, *(p for group in (PHRASES, RELATIONS, MOST) for phrases in group.values() for p in phrases)])
    text = re.sub(r"\{colour\}", "colour color", text)
    text = re.sub(r"\{picture\}s?", "picture pictures image images", text)
    return sorted(set(re.findall(r"[a-z]+|\d", re.sub(r"\{\w+\}", " ", text).lower())))


@lru_cache(None)
def tokenizer():
    byte_letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    whole = [form for word in words() for form in (word, "Ġ" + word) if len(form) > 1] + [r.replace("\n", "Ċ") for r in ROLES]
    vocabulary = {piece: i for i, piece in enumerate(byte_letters + whole)}
    made = Tokenizer(BPE(vocab=vocabulary, merges=[], ignore_merges=True))
    made.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(PIECE), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(s, special=True, normalized=False) for s in SPECIAL])
    return made


def special(token):
    return tokenizer().token_to_id(token)


@lru_cache(1_000_000)
def encode(text):
    """Token ids of a text, as a tuple."""
    return tuple(tokenizer().encode(text, add_special_tokens=False).ids)
