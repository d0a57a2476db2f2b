"""Makes small tokenizers in the forms in which they are published, and the ids that the reference gives for texts.

    python make_goldens.py OUT_FOLDER [--compare]

See README.md.
"""

import argparse
import base64
import io
import json
import platform
import random
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

import sentencepiece
import tiktoken
from sentencepiece import sentencepiece_model_pb2
from tiktoken.load import load_tiktoken_bpe
from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers
from transformers import GemmaTokenizerFast, GPT2TokenizerFast, LlamaTokenizerFast, Qwen2TokenizerFast

SEED = 20261201

CORPUS = """
A picture says what it says once. The tower looks at the image, the projector hands the features to the language model.
What is in this picture? Describe the image in detail, please. How many people are there in the image, 12 or 123?
You are a helpful assistant. Answer the question with one word or a short phrase. There are three lines of text.
I don't know, but it's likely that they've seen it before. We'll keep what we have computed, and we'll never do it again.
def look(image): return tower(image) # features, 1024 x 2560
El cielo es azul y la casa es roja. Das Haus steht am See, der Himmel ist grau über München. Le chat dort sur la chaise, ça va.
图片里有什么 图片里有一只猫 这是一个问题 你好世界 你好 Привет мир что на картинке
""".strip().split("\n")

QWEN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
LLAMA3 = QWEN.replace(r"|\p{N}|", r"|\p{N}{1,3}|")
# Of tokenization_moonshot.py, which Kimi-VL publishes beside its tiktoken.model.
MOONSHOT = "|".join([
    r"[\p{Han}]+",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}",
    r" ?[^\s\p{L}\p{N}]+[\r\n]*",
    r"\s*[\r\n]+",
    r"\s+(?!\S)",
    r"\s+",
])
MOONSHOT_RESERVED = 258

TEXTS = [
    "",
    "What is in this picture?",
    " leading and  double   spaces, trailing  ",
    "lines\nand\r\n\r\nmore\n\n\n  lines\twith tabs\t\t.",
    "digits 1 12 123 1234 12345.678 and 3/4",
    "don't DON'T we'll We'LL I'm it's 'sure'",
    "München über ça, e\u0301 \u00e9 and \ufb01",
    "图片里有什么？你好世界 mixed with 你好 words 猫cat猫",
    "Привет, мир! שלום עולם 한국어 ภาษาไทย",
    "emoji 🎉🚀 👩‍👩‍👧 and flags 🇩🇪",
    "\u00a0nbsp\u3000ideographic\u2028line\u2581block",
    "CamelCaseWords and UPPER lower ǅ",
    "def look(image):\n    return tower(image)  # 1024\n",
    "   ",
    "\n",
]
ALPHABET = list("aeinost tTAM.,'?!123\n\n  ") + ["é", "ü", "图", "片", "你", "м", "и", "🎉", " the", " image", "'s", "\u2581"]


def texts(special, around=True):
    """The texts of a case: all of TEXTS, random ones, and ones with special tokens inside."""
    generator = random.Random(SEED)
    found = TEXTS + ["".join(generator.choices(ALPHABET, k=generator.randint(1, 24))) for _ in range(40)]
    for token in special:
        found += [f"a {token} b", f"{token}{token} x", f"什么{token}\n{token}12 "]
    return found


def byte_level(size, pattern=None):
    """The tokens by id, and the merges, of a byte-level BPE."""
    tokenizer = Tokenizer(models.BPE())
    level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=pattern is None)
    split = [] if pattern is None else [pre_tokenizers.Split(Regex(pattern), "isolated")]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(split + [level])
    trainer = trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False, min_frequency=2)
    tokenizer.train_from_iterator(CORPUS, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return sorted(model["vocab"], key=model["vocab"].get), model["merges"]


def write_json(file, value):
    file.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_vocab_and_merges(folder, tokens, merges):
    write_json(folder / "vocab.json", {token: index for index, token in enumerate(tokens)})
    lines = ["#version: 0.2"] + [" ".join(merge) for merge in merges]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def decoder(first, tokens, **others):
    """An added_tokens_decoder; tokens in `others` by name are not special."""
    rows = [(token, True) for token in tokens] + [(token, False) for token in others.get("plain", ())]
    return {
        str(first + index): {"content": token, "lstrip": False, "normalized": False, "rstrip": False,
                             "single_word": False, "special": special}
        for index, (token, special) in enumerate(rows)
    }


def golden(folder, reference, encode, decode, found):
    """Keeps what the reference says."""
    rows = []
    for text in found:
        ids = encode(text)
        rows.append({"text": text, "ids": ids, "decoded": decode(ids)})
    lines = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / "golden.json").write_text(
        f'{{"reference": {json.dumps(reference)}, "texts": [\n{lines}\n]}}\n', encoding="utf-8")


def of_transformers(folder, tokenizer, found):
    golden(folder, type(tokenizer).__name__, lambda text: tokenizer(text)["input_ids"],
           lambda ids: tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False), found)


QWEN_SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>"]
QWEN_PLAIN = ["<tool_call>"]


def with_space_behind(tokens):
    """The last token takes white space behind it along."""
    list(tokens.values())[-1]["rstrip"] = True
    return tokens


def qwen2(folder):
    """vocab.json and merges.txt; every added token in tokenizer_config.json alone."""
    tokens, merges = byte_level(420, QWEN)
    write_vocab_and_merges(folder, tokens, merges)
    write_json(folder / "tokenizer_config.json", {
        "add_prefix_space": False, "added_tokens_decoder": with_space_behind(decoder(len(tokens), QWEN_SPECIAL, plain=QWEN_PLAIN)),
        "additional_special_tokens": ["<|im_start|>", "<|im_end|>"], "bos_token": None, "eos_token": "<|im_end|>",
        "errors": "replace", "pad_token": "<|endoftext|>", "tokenizer_class": "Qwen2Tokenizer", "unk_token": None})
    of_transformers(folder, Qwen2TokenizerFast.from_pretrained(folder), texts(QWEN_SPECIAL + QWEN_PLAIN))


def qwen2_json(folder):
    """tokenizer.json with two of the added tokens; the others are in tokenizer_config.json, as Qwen2-VL has <|image_pad|>."""
    with tempfile.TemporaryDirectory() as scratch:
        qwen2(Path(scratch))
        Qwen2TokenizerFast.from_pretrained(scratch).save_pretrained(folder, legacy_format=False)
        for name in [file.name for file in folder.iterdir() if file.name != "tokenizer.json"]:
            (folder / name).unlink()
        shutil.copy(Path(scratch) / "tokenizer_config.json", folder)
    whole = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    whole["added_tokens"] = whole["added_tokens"][:2]
    write_json(folder / "tokenizer.json", whole)
    of_transformers(folder, Qwen2TokenizerFast.from_pretrained(folder), texts(QWEN_SPECIAL + QWEN_PLAIN))


def gpt2(folder):
    """vocab.json and merges.txt; added tokens in added_tokens.json and special_tokens_map.json, as older versions saved them."""
    tokens, merges = byte_level(400)
    tokens.append("<|endoftext|>")
    write_vocab_and_merges(folder, tokens, merges)
    added = ["<image>", "<|user|>", "<|end|>"]
    write_json(folder / "added_tokens.json", {token: len(tokens) + index for index, token in enumerate(added)})
    write_json(folder / "special_tokens_map.json", {
        "additional_special_tokens": ["<image>", "<|end|>"], "bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>"})
    write_json(folder / "tokenizer_config.json", {"add_prefix_space": False, "tokenizer_class": "GPT2Tokenizer"})
    of_transformers(folder, GPT2TokenizerFast.from_pretrained(folder), texts(["<|endoftext|>"] + added))


def gpt2_prefix(folder):
    """A space before every text."""
    tokens, merges = byte_level(330)
    write_vocab_and_merges(folder, tokens + ["<|endoftext|>"], merges)
    write_json(folder / "tokenizer_config.json", {"add_prefix_space": True, "tokenizer_class": "GPT2TokenizerFast"})
    of_transformers(folder, GPT2TokenizerFast.from_pretrained(folder), texts(["<|endoftext|>"]))


def ranks(folder, name, tokens):
    byte_of = {char: byte for byte, char in _byte_chars().items()}
    lines = [base64.b64encode(bytes(byte_of[char] for char in token)).decode() + f" {rank}"
             for rank, token in enumerate(tokens)]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="ascii")
    return load_tiktoken_bpe(str(folder / name))


def _byte_chars():
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    rest = [byte for byte in range(256) if byte not in plain]
    return {**{byte: chr(byte) for byte in plain}, **{byte: chr(256 + index) for index, byte in enumerate(rest)}}


def of_tiktoken(folder, name, pattern, special, found):
    encoding = tiktoken.Encoding(name="golden", pat_str=pattern, special_tokens=special,
                                 mergeable_ranks=load_tiktoken_bpe(str(folder / name)))
    named = set(special.values())
    golden(folder, "tiktoken", lambda text: encoding.encode(text, allowed_special="all"),
           lambda ids: encoding.decode([index for index in ids if index not in named]), found)


def kimi(folder):
    """tiktoken.model; a name for each of the 258 ids after it, whether tokenizer_config.json gives one or not."""
    tokens, _ = byte_level(450, MOONSHOT)
    base = len(ranks(folder, "tiktoken.model", tokens))
    named = {base: "[BOS]", base + 1: "[EOS]", base + 2: "<|im_end|>", base + 3: "<|im_user|>", base + 17: "<|media_pad|>",
             base + 254: "[UNK]", base + 255: "[PAD]"}
    write_json(folder / "tokenizer_config.json", {
        "added_tokens_decoder": {
            str(index): {"content": token, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False,
                         "special": True} for index, token in named.items()},
        "additional_special_tokens": ["<|im_end|>", "<|im_user|>", "<|media_pad|>"],
        "bos_token": "[BOS]", "eos_token": "[EOS]", "pad_token": "[PAD]", "unk_token": "[UNK]",
        "auto_map": {"AutoTokenizer": ["tokenization_moonshot.TikTokenTokenizer", None]},
        "clean_up_tokenization_spaces": False, "tokenizer_class": "TikTokenTokenizer"})
    special = {named.get(index, f"<|reserved_token_{index}|>"): index for index in range(base, base + MOONSHOT_RESERVED)}
    found = texts(list(named.values()) + [f"<|reserved_token_{base + 5}|>", f"<|reserved_token_{base + 257}|>"])
    of_tiktoken(folder, "tiktoken.model", MOONSHOT, special, found)


def tiktoken_model(folder):
    """A tiktoken file called tokenizer.model, as Llama 3's is."""
    tokens, _ = byte_level(380, LLAMA3)
    base = len(ranks(folder, "tokenizer.model", tokens))
    special = ["<|begin_of_text|>", "<|eot_id|>"]
    write_json(folder / "tokenizer_config.json", {
        "added_tokens_decoder": decoder(base, special), "eos_token": "<|eot_id|>",
        "tokenizer_class": "PreTrainedTokenizerFast"})
    of_tiktoken(folder, "tokenizer.model", LLAMA3, {token: base + index for index, token in enumerate(special)},
                texts(special))


def piece_model(folder, **options):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS), model_writer=model, minloglevel=2, **options)
    (folder / "tokenizer.model").write_bytes(model.getvalue())


LLAMA = {
    "vocab_size": 420, "character_coverage": 0.98, "byte_fallback": True, "split_digits": True,
    "normalization_rule_name": "identity", "remove_extra_whitespaces": False, "allow_whitespace_only_pieces": True,
}


def llama(folder, **settings):
    """tokenizer.model of the BPE kind; tokens after it in added_tokens.json."""
    piece_model(folder, model_type="bpe", **LLAMA)
    write_json(folder / "added_tokens.json", {"<image>": 420, "<pad>": 421})
    write_json(folder / "special_tokens_map.json", {
        "bos_token": {"content": "<s>", "lstrip": False, "normalized": False, "rstrip": False, "single_word": False},
        "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"})
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "LlamaTokenizer", **settings})
    of_transformers(folder, LlamaTokenizerFast.from_pretrained(folder), texts(["<image>", "<pad>", "</s>", "<unk>"]))


def llama_new(folder):
    """The same after what transformers calls legacy: nothing is set before texts that follow a special token."""
    llama(folder, legacy=False, add_bos_token=True, add_eos_token=True)


def llama_unigram(folder):
    """tokenizer.model of the Unigram kind."""
    piece_model(folder, model_type="unigram", **{**LLAMA, "vocab_size": 400}, user_defined_symbols=["<sep>"])
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "LlamaTokenizer", "add_bos_token": False})
    of_transformers(folder, LlamaTokenizerFast.from_pretrained(folder), texts(["<sep>", "</s>"]))


def gemma(folder):
    """tokenizer.model with symbols of its own, and nothing before texts."""
    symbols = ["<mask>", "<start_of_turn>", "<end_of_turn>", "\n", "\n\n", "▁▁", "▁▁▁"]
    piece_model(folder, model_type="bpe", **{**LLAMA, "vocab_size": 450}, add_dummy_prefix=False, pad_id=0, eos_id=1, bos_id=2,
                unk_id=3, bos_piece="<bos>", eos_piece="<eos>", user_defined_symbols=symbols)
    write_json(folder / "tokenizer_config.json", {
        "added_tokens_decoder": {
            **decoder(0, ["<pad>", "<eos>", "<bos>", "<unk>"]), **decoder(5, ["<start_of_turn>", "<end_of_turn>"]),
            **decoder(450, ["<image_soft_token>"])},
        "bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>", "unk_token": "<unk>",
        "tokenizer_class": "GemmaTokenizer"})
    of_transformers(folder, GemmaTokenizerFast.from_pretrained(folder),
                    texts(["<start_of_turn>", "<end_of_turn>", "<image_soft_token>", "<eos>"]))


def normalized_pieces(folder):
    """What SentencePiece itself makes of texts with a model that maps characters and removes spaces; no special tokens inside."""
    with tempfile.TemporaryDirectory() as scratch:
        rules = Path(scratch) / "rules.tsv"
        rows = [("\ufb01", "fi"), ("é", "e"), ("e\u0301", "e"), ("\u00a0", " "), ("\t", " "), ("\n", " "), ("\r", " "), ("\u3000", " ")]
        code = lambda text: " ".join(f"{ord(char):X}" for char in text)
        rules.write_text("".join(f"{code(key)}\t{code(value)}\n" for key, value in rows))
        options = {key: value for key, value in LLAMA.items() if not key.startswith(("normalization", "remove"))}
        options["vocab_size"] = 380
        piece_model(folder, model_type="unigram", **options, normalization_rule_tsv=str(rules))
    model = sentencepiece_model_pb2.ModelProto.FromString((folder / "tokenizer.model").read_bytes())
    model.normalizer_spec.ClearField("normalization_rule_tsv")  # a path of this machine
    (folder / "tokenizer.model").write_bytes(model.SerializeToString(deterministic=True))
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "LlamaTokenizer", "add_bos_token": False})
    processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
    golden(folder, "sentencepiece", processor.encode, processor.decode, texts([]))


CASES = [qwen2, qwen2_json, gpt2, gpt2_prefix, kimi, tiktoken_model, llama, llama_new, llama_unigram, gemma, normalized_pieces]


def make(out):
    for case in CASES:
        folder = out / case.__name__
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        case(folder)
    packages = ["transformers", "tokenizers", "tiktoken", "sentencepiece", "protobuf"]
    write_json(out / "manifest.json", {
        "seed": SEED, "versions": {"python": platform.python_version(), **{name: version(name) for name in packages}},
        "cases": {case.__name__: case.__doc__ for case in CASES}})


def compare(out):
    """Prints the texts for which the installed packages give other ids."""
    classes = {"Qwen2TokenizerFast": Qwen2TokenizerFast, "GPT2TokenizerFast": GPT2TokenizerFast,
               "LlamaTokenizerFast": LlamaTokenizerFast, "GemmaTokenizerFast": GemmaTokenizerFast}
    for case in CASES:
        folder = out / case.__name__
        kept = json.loads((folder / "golden.json").read_text(encoding="utf-8"))
        if kept["reference"] not in classes:
            continue
        tokenizer = classes[kept["reference"]].from_pretrained(folder)
        other = [(row, ids) for row in kept["texts"] if (ids := tokenizer(row["text"])["input_ids"]) != row["ids"]]
        print(f"{case.__name__}: {len(other)} of {len(kept['texts'])} differ")
        for row, ids in other[:3]:
            print("  ", repr(row["text"]), row["ids"], ids)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--compare", action="store_true")
    arguments = parser.parse_args()
    (compare if arguments.compare else make)(arguments.out)
