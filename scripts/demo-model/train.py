"""Trains the model for a given time on one core; may be stopped and started again."""

import argparse
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from data import batch, pictures
from model import MERGE, Trainee, new_model
from tokens import END, special

HELD_OUT = 1_000_000  # seeds of the questions that training never sees
TOWER_SHARE = 0.3  # of the learning rate, for the tower once the model talks


def features(trainee, b):
    """Main features and deepstack levels of a batch, the pictures of a sample joined: [batch, tokens, hidden] each. Also per picture."""
    seen = [trainee.see(x, g) for x, g in zip(b.pictures, b.grids)]
    return [torch.cat(level, 1) for level in zip(*seen)], seen


def guidance(trainee, seen, cells):
    """
    How badly the tower's levels tell what is where: kind from the main one, colour from the first deepstack level, place from the second;
    kind and colour both for each patch and for the four patches of a token together; and from the main one the middle of a token's shapes.
    """
    loss = 0.0
    for (main, first, second), truth in zip(seen, cells):
        colour, kind = truth[:, :2].long().unbind(1)
        for head, level, target in ((trainee.colour_head, first, colour), (trainee.kind_head, main, kind), (trainee.there_head, second, (kind > 0).long())):
            logits = _by_cell(head(level)).flatten(0, 1)
            weight = torch.ones(logits.shape[-1])
            weight[0] = 0.2
            loss = loss + F.cross_entropy(logits, target.flatten(), weight)
        for head, level, target in ((trainee.any_colour_head, first, colour), (trainee.any_kind_head, main, kind)):
            present = F.one_hot(target, head.out_features + 1).unflatten(1, (-1, MERGE * MERGE)).amax(2)[..., 1:]
            loss = loss + 2 * F.binary_cross_entropy_with_logits(head(level), present.float())
        away = _by_cell(trainee.place_head(second)) - truth[:, 2:].transpose(1, 2)
        loss = loss + 3 * away.abs()[kind > 0].mean()
        there = (kind > 0).float().unflatten(1, (-1, MERGE * MERGE))
        middle = truth[:, 2:].unflatten(2, there.shape[1:]).sum(-1) / there.sum(-1).clamp(min=1).unsqueeze(1)
        across = F.linear(main, F.normalize(trainee.at_head.weight)) * 0.3  # unit directions: the place must show in the features, not in the head
        off = across - (4 * middle - 2).transpose(1, 2)
        loss = loss + off.abs()[there.sum(-1) > 0].mean()
    return loss / len(cells)


def _by_cell(heads):
    """[pictures, tokens, 4 * n] to [pictures, patches, n]."""
    return heads.unflatten(-1, (MERGE * MERGE, -1)).flatten(1, 2)


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
    """Muon for the matrices of the layers, AdamW for everything else; the tower's parameters in groups of their own."""
    matrices, rest = ({"tower": [], "text": []} for _ in range(2))
    for name, p in trainee.named_parameters():
        inside = p.dim() == 2 and (".blocks." in name or ".layers." in name)
        (matrices if inside else rest)["tower" if ".visual." in name or "_head." in name and "lm_head" not in name else "text"].append(p)
    return [
        torch.optim.Muon(_groups(matrices), lr=rate, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(_groups(rest), lr=rate, weight_decay=0.02, betas=(0.9, 0.98)),
    ]


def _groups(parts):
    return [{"params": params, "part": part} for part, params in parts.items()]


def lesson(rng, done, size):
    """A batch that fits how much of the talking part is done: few shapes on plain ground first, then more, then two pictures."""
    if done < 0.06:
        return batch(rng, 24, turns=4, most=3, plain=True)
    if done < 0.7:
        pairs = done > 0.15 and rng.random() < 0.3
        return batch(rng, 24, turns=6, most=5 if pairs else (2, 3, 5)[int(rng.integers(3))], pairs=pairs)
    return batch(rng, size, turns=8, pairs=rng.random() < 0.3)


def schedule(since, done):
    """Share of the full learning rate, `since` so many steps, with this much of the part done: warm-up, a plateau, then down to nearly nothing."""
    return min(1, (since + 1) / 100) * min(1, 0.01 + (1 - done) / 0.3)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="for checkpoints and the log")
    parser.add_argument("--minutes", type=float, default=180)
    parser.add_argument("--seeing", type=float, default=25, help="minutes of these for the tower alone, before any talk")
    parser.add_argument("--rate", type=float, default=3e-3)
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
    start, last_report, mean, talking_since = time.time() - spent, time.time(), defaultdict(list), None
    while (minutes := (time.time() - start) / 60) < args.minutes:
        rng = np.random.default_rng([args.seed, step])
        if minutes < args.seeing:
            share = schedule(step, 0.7 * minutes / args.seeing)
            x, grid, cells = pictures(rng, args.batch)
            loss = guidance(trainee, [trainee.see(x, grid)], [cells])
            mean["guide"].append(loss.item())
        else:
            talking_since = step if talking_since is None else talking_since
            done = (minutes - args.seeing) / (args.minutes - args.seeing)
            share = schedule(step - talking_since, done)
            b = lesson(rng, done, args.batch)
            joined, seen = features(trainee, b)
            guide = guidance(trainee, seen, b.cells)
            logits, target, _ = answers(trainee, b, joined)
            weight = torch.where(target == special(END), 0.2, 1.0)
            say = (F.cross_entropy(logits, target, reduction="none") * weight).sum() / weight.sum()
            loss = say + guide
            mean["say"].append(say.item())
            mean["guide"].append(guide.item())
            mean["right"].append((logits.argmax(-1) == target)[target != special(END)].float().mean().item())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trainee.parameters(), 1.0)
        for optimizer in both:
            for group in optimizer.param_groups:
                group["lr"] = args.rate * share * (TOWER_SHARE if group["part"] == "tower" and minutes > args.seeing else 1)
            optimizer.step()
            optimizer.zero_grad()
        step += 1
        if step % 100 == 0:
            log(args.folder, f"{step} {minutes:.1f} min  " + "  ".join(f"{k} {np.mean(v):.4f}" for k, v in mean.items()))
            mean.clear()
        if time.time() - last_report > 180:
            if talking_since is not None:
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
