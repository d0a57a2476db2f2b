"""Trains the model for a given time on one core; may be stopped and started again."""

import argparse
import math
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from data import batch
from model import MERGE, Trainee, new_model

HELD_OUT = 1_000_000  # seeds of the questions that training never sees


def features(trainee, b):
    """Main features and deepstack levels of a batch, the pictures of a sample joined: [batch, tokens, hidden] each. Also per picture."""
    seen = [trainee.see(x, g) for x, g in zip(b.pictures, b.grids)]
    return [torch.cat(level, 1) for level in zip(*seen)], seen


def guidance(trainee, seen, cells):
    """How badly the tower's levels tell what is where: colour from the first deepstack level, kind from the second, presence from the main one."""
    loss = 0.0
    for (main, first, second), truth in zip(seen, cells):
        colour, kind = truth.unbind(1)
        for head, level, target in ((trainee.colour_head, first, colour), (trainee.kind_head, second, kind), (trainee.there_head, main, (kind > 0).long())):
            logits = head(level).unflatten(-1, (MERGE * MERGE, -1)).flatten(0, 2)
            weight = torch.ones(logits.shape[-1])
            weight[0] = 0.2
            loss = loss + F.cross_entropy(logits, target.flatten(), weight)
    return loss / len(cells)


def answers(trainee, b, joined):
    """Logits and targets of the answer tokens."""
    hidden = trainee.read(b.ids, b.positions, joined)[:, :-1]
    asked = b.answers[:, 1:]
    return trainee.model.lm_head(hidden[asked]), b.ids[:, 1:][asked], asked


@torch.no_grad()
def right_by_type(trainee, batches):
    """type -> list of whether each answer is right to the last token (given the earlier turns)."""
    found = defaultdict(list)
    for b in batches:
        logits, target, asked = answers(trainee, b, features(trainee, b)[0])
        wrong = torch.zeros(asked.shape, dtype=torch.bool)
        wrong[asked] = logits.argmax(-1) != target
        for talk, row, marked in zip(b.talks, wrong.numpy(), asked.numpy()):
            starts = np.flatnonzero(marked & ~np.concatenate([[False], marked[:-1]]))
            ends = np.flatnonzero(marked & ~np.concatenate([marked[1:], [False]]))
            for turn, s, e in zip(talk.turns, starts, ends):
                found[turn.type].append(not row[s : e + 1].any())
    return found


def table(found):
    every = [x for xs in found.values() for x in xs]
    return f"{np.mean(every):.3f}  " + "  ".join(f"{t} {np.mean(x):.2f}" for t, x in sorted(found.items()))


def optimizers(trainee, rate):
    """Muon for the matrices of the layers, AdamW for everything else."""
    inside = [p for n, p in trainee.named_parameters() if p.dim() == 2 and (".blocks." in n or ".layers." in n)]
    chosen = {id(p) for p in inside}
    rest = [p for p in trainee.parameters() if id(p) not in chosen]
    return [
        torch.optim.Muon(inside, lr=rate, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(rest, lr=rate, weight_decay=0.02, betas=(0.9, 0.98)),
    ]


def lesson(rng, done, size):
    """A batch that fits how much of the training is done: few shapes on plain ground first, then more, then two pictures."""
    if done < 0.05:
        return batch(rng, size, turns=7, most=3, plain=True)
    return batch(rng, size, pairs=done > 0.12 and rng.random() < 0.3, turns=8, most=5 if done > 0.1 else 4)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="for checkpoints and the log")
    parser.add_argument("--minutes", type=float, default=80)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    args.folder.mkdir(parents=True, exist_ok=True)
    trainee = Trainee(new_model(args.seed))
    both = optimizers(trainee, args.rate)
    step, spent, kept = 0, 0.0, args.folder / "checkpoint.pt"
    if kept.exists():
        saved = torch.load(kept)
        trainee.load_state_dict(saved["trainee"])
        for optimizer, state in zip(both, saved["optimizers"]):
            optimizer.load_state_dict(state)
        step, spent = saved["step"], saved["spent"]
    unseen = [batch(np.random.default_rng(HELD_OUT + i), 24, pairs=i % 3 == 2) for i in range(12)]
    start, last_report, mean = time.time() - spent, time.time(), defaultdict(float)
    while (done := (time.time() - start) / (args.minutes * 60)) < 1:
        rng = np.random.default_rng([args.seed, step])
        b = lesson(rng, done, args.batch)
        joined, seen = features(trainee, b)
        logits, target, _ = answers(trainee, b, joined)
        say, guide = F.cross_entropy(logits, target), guidance(trainee, seen, b.cells)
        (say + (0.5 if done < 0.3 else 0.2) * guide).backward()
        torch.nn.utils.clip_grad_norm_(trainee.parameters(), 1.0)
        rate = args.rate * min(1, (step + 1) / 150) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
        for optimizer in both:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()
            optimizer.zero_grad()
        step += 1
        mean["say"] += say.item()
        mean["guide"] += guide.item()
        mean["right"] += (logits.argmax(-1) == target).float().mean().item()
        if step % 50 == 0:
            log(args.folder, f"{step} {(time.time() - start) / 60:.1f} min  " + "  ".join(f"{k} {v / 50:.4f}" for k, v in mean.items()))
            mean.clear()
        if time.time() - last_report > 180:
            log(args.folder, f"unseen {table(right_by_type(trainee, unseen))}")
            save(kept, trainee, both, step, time.time() - start)
            last_report = time.time()
    log(args.folder, f"end {step}  unseen {table(right_by_type(trainee, unseen))}")
    save(kept, trainee, both, step, time.time() - start)


def save(kept, trainee, both, step, spent):
    part = kept.with_suffix(".part")
    torch.save({"trainee": trainee.state_dict(), "optimizers": [o.state_dict() for o in both], "step": step, "spent": spent}, part)
    part.rename(kept)


def log(folder, line):
    print(line, flush=True)
    with open(folder / "log.txt", "a") as out:
        print(line, file=out)


if __name__ == "__main__":
    main()
