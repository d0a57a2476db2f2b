"""Answers the evaluation questions with the exported folder and prints the share that is right, a row a type."""

import argparse
import json
from collections import defaultdict
from pathlib import Path

import torch
from PIL import Image

from runtime import ABLATIONS, Runtime

ALL, NOT_SQUARE = "all", "all with a picture that is not square"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--eval", type=Path, required=True, help="folder with questions.jsonl and the pictures")
    parser.add_argument("--ablations", action="store_true", help="also with parts of the architecture dropped")
    parser.add_argument("--wrong", action="store_true", help="print the wrong answers")
    args = parser.parse_args()
    torch.set_num_threads(1)
    runtime = Runtime(args.model)
    questions = [json.loads(line) for line in open(args.eval / "questions.jsonl")]
    columns = {}
    for what in [None, *(ABLATIONS if args.ablations else ())]:
        with runtime.without(what):
            columns[what or "whole"] = right(runtime, questions, args.eval, args.wrong and what is None)
    print("| question | asked | " + " | ".join(columns) + " |")
    print("| --- | --- |" + " --- |" * len(columns))
    for type in [*sorted({q["type"] for q in questions}), NOT_SQUARE, ALL]:
        shares = [columns[c][type] for c in columns]
        print(f"| {type} | {len(shares[0])} | " + " | ".join(f"{100 * sum(s) / len(s):.1f} %" for s in shares) + " |")


def right(runtime, questions, folder, show):
    """type -> whether each answer was right; ALL has every one, NOT_SQUARE those with a picture that is not square."""
    found = defaultdict(list)
    for q in questions:
        good = runtime.says(q["messages"], folder, q["answer"])
        for type in (q["type"], ALL, *([NOT_SQUARE] if not_square(q, folder) else ())):
            found[type].append(good)
        if show and not good:
            print(q["id"], q["type"], "|", q["messages"][-1]["content"], "| says", runtime.answer(q["messages"], folder), "| is", q["answer"])
    return found


def not_square(q, folder):
    items = [item for m in q["messages"] if isinstance(m["content"], list) for item in m["content"]]
    sizes = [Image.open(folder / item["image"]).size for item in items if item["type"] == "image"]
    return any(width != height for width, height in sizes)


if __name__ == "__main__":
    main()
