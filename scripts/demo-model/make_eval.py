"""Writes 500 questions about pictures that training never saw: PNG files and questions.jsonl."""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from data import talk_about_one, talk_about_two
from runtime import Runtime
from shapes import SIZES, any_background, render
from train import HELD_OUT

QUESTIONS, ONE, TWO, TURNS = 500, 75, 25, 6
GREEDY = 100  # rows that also carry the answer transformers gives


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True, help="exported folder, for the greedy answers")
    args = parser.parse_args()
    torch.set_num_threads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(HELD_OUT + 100_000)
    rows = [row for i in range(ONE + TWO) for row in talk_rows(rng, args.out, i)]
    rows = [rows[i] for i in rng.permutation(len(rows))[:QUESTIONS]]
    runtime = Runtime(args.model)
    with open(args.out / "questions.jsonl", "w") as out:
        for i, row in enumerate(rows):
            greedy = {"transformers": runtime.answer(row["messages"], args.out)} if i < GREEDY else {}
            out.write(json.dumps({"id": i, **row, **greedy}) + "\n")


def talk_rows(rng, out, i):
    """The questions of one conversation; each is asked alone, or after the turns before it."""
    two = i >= ONE
    sizes = [SIZES[int(rng.integers(len(SIZES)))] for _ in range(2)]
    talk = talk_about_two(rng, sizes, TURNS) if two else talk_about_one(rng, sizes[0], TURNS)
    names = [save(scene, rng, out / f"{i:03}{'ab'[k] if two else ''}.png") for k, scene in enumerate(talk.scenes)]
    for n, turn in enumerate(talk.turns):
        alone = turn.type != "follow-up" and rng.random() < 0.7
        yield {"type": turn.type, "messages": messages(talk, names, n, alone), "answer": turn.answer}


def save(scene, rng, path):
    """One picture in eight has a size that the processor must change."""
    picture = Image.fromarray(render(scene, rng, any_background(rng)))
    if rng.random() < 1 / 8:
        picture = picture.resize((round(scene.width * 1.9), round(scene.height * 1.9)), Image.Resampling.BICUBIC)
    picture.save(path, optimize=True)
    return path.name


def messages(talk, names, n, alone):
    """The chat up to question n. A second picture that comes later is there from the question's own turn on."""
    written = []
    for k in [n] if alone else range(n + 1):
        first = k == n if alone else k == 0
        new = names[: 1 if talk.second_at > k else 2] if first else names[1:] if talk.second_at == k else []
        images = [{"type": "image", "image": name} for name in new]
        written.append({"role": "user", "content": images + [{"type": "text", "text": talk.turns[k].question}]})
        written.append({"role": "assistant", "content": talk.turns[k].answer})
    return written[:-1]


if __name__ == "__main__":
    main()
