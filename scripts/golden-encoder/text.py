"""Makes tiny models with tokenizers of their own, and the tokens and features that transformers gives for texts.

    python text.py OUT_FOLDER

Each case becomes a folder as on the hub: config.json, model.safetensors, preprocessor_config.json, tokenizer.json,
tokenizer_config.json; and golden.json (the texts, their input_ids and attention_mask) and golden.safetensors (`features`, and the
same with the other padding where there is one). manifest.json keeps the versions.
Beside requirements.txt this needs sentencepiece==0.2.3, tokenizers==0.23.3 and protobuf==7.36.2.

The tokenizers are trained here on a few lines of our own: CLIP's byte-level BPE with </w>, SigLIP's SentencePiece unigram model,
and the BPE with bytes to fall back on that SigLIP 2 has from Gemma. The reference for SigLIP is transformers' own class, which
reads spiece.model and knows nothing of our tokenizer.json, which holds nothing but the model.
"""

import argparse
import io
import json
import platform
import shutil
from collections import Counter
from pathlib import Path

import safetensors
import sentencepiece
import tokenizers
import torch
import transformers
from make_goldens import SEED, randomize
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    AutoTokenizer,
    CLIPConfig,
    CLIPImageProcessorPil,
    CLIPModel,
    CLIPTokenizer,
    GemmaTokenizer,
    Siglip2Config,
    Siglip2ImageProcessorPil,
    Siglip2Model,
    Siglip2Tokenizer,
    SiglipConfig,
    SiglipImageProcessorPil,
    SiglipModel,
    SiglipTokenizer,
)
from transformers.convert_slow_tokenizer import import_protobuf

CORPUS = """
a red bicycle leans against a yellow wall
two dogs run along the beach at sunset
a photo of a cat sleeping on a blue chair
the quick brown fox jumps over the lazy dog
an old wooden boat on a calm lake in the morning
a bowl of soup with bread and butter on the table
children are playing football in the rain
a black and white picture of a tall building
she's reading a book in the garden while it's snowing
the mountain is covered with snow and the sky is clear
a woman with a green umbrella crosses the street
three apples, two pears and one orange
the train arrives at the station at half past seven
a close-up of a flower with drops of water
ein rotes fahrrad vor einer gelben wand
un chat noir dort sur le canapé près de la fenêtre
crème brûlée and a cup of coffee
naïve façade, über straße, smørrebrød
a sign that says stop in 1984
we don't know what they'll find there
""".strip().splitlines()

TEXTS = [
    "a red bicycle",
    "A photo of a CAT.",
    "",
    " ",
    "  two dogs  run\talong\n the beach  ",
    "a",
    "it's what they'll find, isn't it?",
    "naïve façade, ÜBER Straße, crème brûlée",
    "caf\u0065\u0301 and na\u0069\u0308ve",  # combining marks
    "a dog \U0001f436 and a cat \U0001f431\u200d\U0001f4bb on the beach",
    "\U0001f468\U0001f3fd\u200d\U0001f33e",
    "赤い自転車と犬",
    "красный велосипед у стены",
    "1984 and 12,345.67 apples",
    "#hashtag @someone https://example.org/a_b?c=d",
    "(three) [apples] {two} pears & <one> orange | 50% $5 *~^`\\",
    "the quick brown fox jumps over the lazy dog " * 12,
    "supercalifragilisticexpialidocious" * 8,
    "a photo of <|endoftext|> a dog",
    "a photo of </s> a dog",
    "a photo of <eos> a <pad> dog",
    "non\u00a0breaking\u3000ideographic\u2003em spaces",
    "ＦＵＬＬ ｗｉｄｔｈ and ﬁne ligatures ½ №5",
    "ΟΔΥΣΣΕΥΣ İstanbul DŽ ẞ",
    "trailing newline\n",
    "▁underline▁ ▁ of sentencepiece",
    "tab\tand nul\x00and bell\x07",
    "!!!",
    "... a red, bicycle!",
    "<unk> is unknown",
]

TOWER = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24)
VISION = dict(TOWER, image_size=16, patch_size=8)
PICTURES = dict(size={"height": 16, "width": 16})


def byte_pairs(words, count):
    """The merges of the most frequent pairs; of equally frequent ones the first in order. tokenizers' trainer has no order there."""
    pieces = {word: [*word[:-1], word[-1] + "</w>"] for word in words}
    merges = []
    while len(merges) < count:
        pairs = Counter()
        for word, parts in pieces.items():
            for pair in zip(parts, parts[1:]):
                pairs[pair] += words[word]
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        for parts in pieces.values():
            for i in reversed(range(len(parts) - 1)):
                if tuple(parts[i : i + 2]) == best:
                    parts[i : i + 2] = ["".join(best)]
    return merges


def clip_tokenizer(folder, **settings):
    """CLIP's order of ids: the bytes, the bytes that end a word, what is merged, start and end."""
    splitter = CLIPTokenizer()._tokenizer
    words = Counter(
        word for line in CORPUS for word, _ in splitter.pre_tokenizer.pre_tokenize_str(
            splitter.normalizer.normalize_str(line)))
    merges = byte_pairs(words, 300)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    pieces = alphabet + [letter + "</w>" for letter in alphabet] + ["".join(merge) for merge in merges]
    vocab = {piece: i for i, piece in enumerate(dict.fromkeys(pieces))}
    for special in ("<|startoftext|>", "<|endoftext|>"):
        vocab[special] = len(vocab)
    CLIPTokenizer(vocab=vocab, merges=merges, model_max_length=77).save_pretrained(folder)
    edit(folder / "tokenizer_config.json", lambda config: config.update(settings))
    return len(vocab)


def siglip_tokenizer(folder):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([line.replace(",", "").replace("'", "") for line in CORPUS * 3]),
        model_writer=model, model_type="unigram", vocab_size=150, character_coverage=1.0,
        pad_id=0, eos_id=1, unk_id=2, bos_id=-1, pad_piece="<pad>", eos_piece="</s>", unk_piece="<unk>",
        num_threads=1, minloglevel=2,
    )
    (folder / "spiece.model").write_bytes(model.getvalue())
    SiglipTokenizer(str(folder / "spiece.model")).save_pretrained(folder)
    # as published
    edit(folder / "tokenizer_config.json", lambda config: [
        token.update(lstrip=True, rstrip=True) for token in config["added_tokens_decoder"].values()])
    proto = import_protobuf().ModelProto.FromString(model.getvalue())
    fast = Tokenizer(models.Unigram([(piece.piece, piece.score) for piece in proto.pieces], unk_id=2))
    fast.normalizer = normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap)
    fast.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    fast.decoder = decoders.Metaspace(prepend_scheme="always")
    fast.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    fast.add_special_tokens(
        [AddedToken(token, lstrip=True, rstrip=True, normalized=False) for token in ("</s>", "<unk>")])
    fast.save(str(folder / "tokenizer.json"))
    return len(proto.pieces)


def gemma_tokenizer(folder, **settings):
    """What tokenizer.json says about start and end counts, and not, as published configs also have, tokenizer_config.json."""
    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]
    trained = Tokenizer(models.BPE())
    trained.normalizer = normalizers.Replace(" ", "▁")
    trained.train_from_iterator(CORPUS * 3, trainers.BpeTrainer(vocab_size=200, show_progress=False))
    model = json.loads(trained.to_str())["model"]
    pieces = special + [f"<0x{byte:02X}>" for byte in range(256)] + sorted(model["vocab"], key=model["vocab"].get)
    vocab = {piece: i for i, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = GemmaTokenizer(
        vocab=vocab, merges=[tuple(merge) for merge in model["merges"]], add_bos_token=False, add_eos_token=True,
        **settings)
    tokenizer.save_pretrained(folder)
    edit(folder / "tokenizer_config.json", lambda config: config.update(add_bos_token=True, add_eos_token=False))
    return len(vocab)


def edit(file, change):
    content = json.loads(file.read_text())
    change(content)
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def clip(folder, legacy_end=True, **settings):
    vocabulary = clip_tokenizer(folder, **settings)
    end = 2 if legacy_end else vocabulary - 1  # in old configs 2 stands for the highest id
    model = randomize(CLIPModel(CLIPConfig(
        vision_config=dict(VISION, projection_dim=12),
        text_config=dict(
            TOWER, vocab_size=vocabulary, max_position_embeddings=77, eos_token_id=end, bos_token_id=0, pad_token_id=1,
            projection_dim=12),
        projection_dim=12,
    )))
    model.save_pretrained(folder)
    CLIPImageProcessorPil(size={"shortest_edge": 16}, crop_size=dict(height=16, width=16)).save_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert end in (2, tokenizer.eos_token_id)
    tokens = tokenizer(TEXTS, padding="max_length", truncation=True, return_tensors="pt")
    longest = [tokenizer([text], truncation=True, return_tensors="pt") for text in TEXTS]

    def features(inputs):
        return model.get_text_features(**inputs).pooler_output

    return tokenizer, tokens, {
        "features": features(tokens),
        "features.alone": torch.cat([features(inputs) for inputs in longest]),
    }


def clip_other_padding(folder):
    """A pad token that is a word of the vocabulary: it then is special inside texts too. And the end token by its own id."""
    return clip(folder, legacy_end=False, pad_token="!")


def siglip_text(vocabulary):
    return dict(TOWER, vocab_size=vocabulary, max_position_embeddings=64, projection_size=16)


def siglip(folder):
    vocabulary = siglip_tokenizer(folder)
    model = randomize(SiglipModel(SiglipConfig(vision_config=VISION, text_config=siglip_text(vocabulary))))
    model.save_pretrained(folder)
    SiglipImageProcessorPil(**PICTURES).save_pretrained(folder)
    return siglip_outputs(model, AutoTokenizer.from_pretrained(folder))


def siglip2(folder):
    """The fixed-size SigLIP 2 is published as model type siglip, with GemmaTokenizer. It was trained on lower-case texts."""
    vocabulary = gemma_tokenizer(folder, padding_side="right", model_max_length=64)
    model = randomize(SiglipModel(SiglipConfig(vision_config=VISION, text_config=siglip_text(vocabulary))))
    model.save_pretrained(folder)
    SiglipImageProcessorPil(**PICTURES).save_pretrained(folder)
    return siglip_outputs(model, Siglip2Tokenizer.from_pretrained(folder))


def siglip2_naflex(folder):
    """No length in the tokenizer's config, and the class's own padding on the left."""
    vocabulary = gemma_tokenizer(folder)
    vision = dict({k: v for k, v in VISION.items() if k != "image_size"}, num_patches=4)
    model = randomize(Siglip2Model(Siglip2Config(vision_config=vision, text_config=siglip_text(vocabulary))))
    model.save_pretrained(folder)
    Siglip2ImageProcessorPil(patch_size=8).save_pretrained(folder)
    return siglip_outputs(model, AutoTokenizer.from_pretrained(folder))


def siglip_outputs(model, tokenizer):
    tokens = tokenizer(
        TEXTS, padding="max_length", truncation=True, max_length=64, return_attention_mask=True, return_tensors="pt")
    return tokenizer, tokens, {"features": model.get_text_features(input_ids=tokens["input_ids"]).pooler_output}


CASES = {
    "clip": clip, "clip-other-padding": clip_other_padding, "siglip": siglip, "siglip2": siglip2, "siglip2-naflex": siglip2_naflex,
}


def make(name, folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    torch.manual_seed(SEED)
    with torch.no_grad():
        tokenizer, tokens, features = CASES[name](folder)
    golden = [
        dict(text=text, input_ids=ids, attention_mask=mask)
        for text, ids, mask in zip(TEXTS, tokens["input_ids"].tolist(), tokens["attention_mask"].tolist())
    ]
    (folder / "spiece.model").unlink(missing_ok=True)  # what it holds is in tokenizer.json
    lines = ",\n".join(json.dumps(case) for case in golden)
    (folder / "golden.json").write_text(f"[\n{lines}\n]\n")
    save_file({name: value.contiguous() for name, value in features.items()}, folder / "golden.safetensors")
    return {"tokenizer": type(tokenizer).__name__, "texts": len(TEXTS), "max_length": tokens["input_ids"].shape[1]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    manifest = {
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "tokenizers": tokenizers.__version__,
            "sentencepiece": sentencepiece.__version__,
            "safetensors": safetensors.__version__,
        },
        "seed": SEED,
        "cases": {name: make(name, arguments.out / name) for name in CASES},
    }
    (arguments.out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    print(json.dumps(manifest["cases"], indent=1))


if __name__ == "__main__":
    main()
