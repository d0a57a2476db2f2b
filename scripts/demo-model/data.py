"""Conversations about pictures, and batches of them as tensors."""

from dataclasses import dataclass, field

import numpy as np
import torch
from PIL import Image

from model import MERGE, PATCH
from questions import Asker, PairAsker
from shapes import COLOURS, KINDS, SIZES, any_background, draw_scene, render
from tokens import END, IMAGE, VISION_END, VISION_START, encode, special

WEIGHTS = {"colour": 1.2, "shape": 0.7, "most": 1.3, "most colour": 1.1, "where": 3, "count": 0.7, "count colour": 0.7, "count kind": 0.7, "exists": 0.8, "relation": 2.5, "describe": 0.7}
PAIR_WEIGHTS = {"more": 1.3, "same colour": 1.5, "which has": 1.2, "of two": 3}
CELL = PATCH * MERGE


@dataclass
class Talk:
    """A conversation: the pictures, how many of them come before each turn, and the turns."""

    scenes: list
    turns: list = field(default_factory=list)
    second_at: int = 0  # the turn that brings the second picture


def pick(rng, weights):
    names, p = list(weights), np.array(list(weights.values()))
    return names[int(np.searchsorted(np.cumsum(p / p.sum()), rng.random()))]


def talk_about_one(rng, size, turns, most=5):
    scene = draw_scene(rng, size, most)
    talk = Talk([scene])
    _fill(talk, rng, Asker(rng, scene), WEIGHTS, turns)
    return talk


def talk_about_two(rng, sizes, turns, most=5):
    first = draw_scene(rng, sizes[0], most)
    kept = ()
    if rng.random() < 0.6:
        s = first.shapes[int(rng.integers(len(first.shapes)))]
        kept = ((s.kind, s.colour if rng.random() < 0.5 else str(rng.choice(tuple(COLOURS)))),)
    talk = Talk([first, draw_scene(rng, sizes[1], most, kept)])
    if rng.random() < 0.25:
        talk.second_at = int(rng.integers(1, max(2, turns // 2)))
        _fill(talk, rng, Asker(rng, first), WEIGHTS, talk.second_at)
    _fill(talk, rng, PairAsker(rng, *talk.scenes), PAIR_WEIGHTS, turns)
    return talk


def _fill(talk, rng, asker, weights, turns):
    """Asks until the talk has so many turns: a follow-up now and then, nothing twice, a description last if at all (it tells much)."""
    said = {_gist(t) for t in talk.turns}
    for _ in range(8 * turns):
        if len(talk.turns) >= turns:
            return
        last, one, final = talk.turns[-1] if talk.turns else None, isinstance(asker, Asker), len(talk.turns) == turns - 1
        asked = asker.follow_up(last) if last and one and rng.random() < 0.35 else None
        asked = asked or asker.ask("describe" if one and final and rng.random() < 0.4 else pick(rng, weights))
        if asked and (asked.type != "describe" or final or rng.random() < 0.25) and _gist(asked) not in said:
            said.add(_gist(asked))
            talk.turns.append(asked)


def _gist(asked):
    """What two ways of asking the same have in common."""
    if asked.type in ("count", "describe", "more"):
        return asked.type
    return (asked.topic, asked.about) if asked.about else asked.question


def see(scene, rng, plain=False):
    """uint8 picture of a scene; some are scaled from another size, as the processor does with sizes that are no multiple of 32."""
    picture = render(scene, rng, "plain" if plain else any_background(rng))
    if plain or rng.random() > 0.1:
        return picture
    size = (scene.width, scene.height)
    scaled = Image.fromarray(picture).resize(tuple(int(n * rng.uniform(0.8, 2.5)) for n in size), Image.Resampling.BICUBIC)
    return np.asarray(scaled.resize(size, Image.Resampling.BICUBIC))


def patches(picture):
    """float32 [patches, 3 * 16 * 16] in the processor's order, without the second frame, which is the same."""
    h, w, _ = picture.shape
    x = (picture.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)
    x = x.reshape(3, h // CELL, MERGE, PATCH, w // CELL, MERGE, PATCH)
    return x.transpose(1, 4, 2, 5, 0, 3, 6).reshape(-1, 3 * PATCH * PATCH)


def cells(scene):
    """float32 [4, patches] about the shape whose centre is in each patch: colour and kind (0 for none), its x and y as shares of the picture."""
    grid = np.zeros((4, scene.height // PATCH, scene.width // PATCH), np.float32)
    for s in scene.shapes:
        what = 1 + list(COLOURS).index(s.colour), 1 + KINDS.index(s.kind)
        grid[:, s.y // PATCH, s.x // PATCH] = *what, s.x / scene.width, s.y / scene.height
    h, w = grid.shape[1:]
    return grid.reshape(4, h // MERGE, MERGE, w // MERGE, MERGE).transpose(0, 1, 3, 2, 4).reshape(4, -1)


def grid_of(scene):
    return scene.height // CELL, scene.width // CELL


_OPEN, _TURN, _REPLY, _CLOSE = (encode(t) for t in ("<|im_start|>user\n", f"{END}\n<|im_start|>assistant\n", END, "\n"))


def write(talk, casual):
    """(ids, positions [3, length], is_answer) of a conversation, as the chat template and the processor write it."""
    ids, answer, positions, at = [], [], [], 0
    for i, turn in enumerate(talk.turns):
        pictures = talk.scenes[:1] if i == 0 and talk.second_at else talk.scenes[1:] if i == talk.second_at and i else talk.scenes if i == 0 else []
        text = list(_OPEN)
        for scene in pictures:
            text.append(special(VISION_START))
            at = _text(positions, at, len(text))
            ids += text
            h, w = grid_of(scene)
            positions.append(np.stack([np.full(h * w, at), at + np.repeat(np.arange(h), w), at + np.tile(np.arange(w), h)]))
            ids += [special(IMAGE)] * (h * w)
            at += max(h, w)
            text = [special(VISION_END)]
        question = turn.question[:-1] if casual else turn.question
        reply = encode(turn.answer) + _REPLY
        text += encode(question) + _TURN + reply + _CLOSE
        at = _text(positions, at, len(text))
        ids += text
        answer += [False] * (len(ids) - len(answer) - len(reply) - len(_CLOSE)) + [True] * len(reply) + [False] * len(_CLOSE)
    return np.array(ids), np.concatenate(positions, 1), np.array(answer)


def _text(positions, at, length):
    positions.append(np.broadcast_to(at + np.arange(length), (3, length)))
    return at + length


@dataclass
class Batch:
    pictures: list  # one float32 [batch, patches, 768] for the first pictures, one for the second
    grids: list  # (height, width) in patches of each
    cells: list  # float32 [batch, 4, patches] of each
    ids: torch.Tensor  # [batch, length], padded with the end-of-text token
    positions: torch.Tensor  # [3, batch, length]
    answers: torch.Tensor  # bool [batch, length]: tokens to be predicted
    talks: list


def batch(rng, size, pairs=False, turns=8, most=5, plain=False):
    """A batch of conversations; all first pictures have one size, and all second ones."""
    areas = np.array([1 / (h * w) ** 0.5 for h, w in SIZES])
    sizes = [SIZES[int(i)] for i in rng.choice(len(SIZES), 1 + pairs, p=areas / areas.sum())]
    talks = [talk_about_two(rng, sizes, turns, most) if pairs else talk_about_one(rng, sizes[0], turns, most) for _ in range(size)]
    return collate(talks, rng, plain)


def pictures(rng, size):
    """(patches, grid, cells) of a batch of pictures of one size, to train the tower alone."""
    chosen = SIZES[int(rng.integers(len(SIZES)))]
    scenes = [draw_scene(rng, chosen) for _ in range(size)]
    grid = chosen[0] // PATCH, chosen[1] // PATCH
    return torch.from_numpy(np.stack([patches(see(s, rng)) for s in scenes])), grid, torch.from_numpy(np.stack([cells(s) for s in scenes]))


def collate(talks, rng, plain=False):
    written = [write(t, rng.random() < 0.1) for t in talks]
    length = max(len(ids) for ids, _, _ in written)
    ids = np.full((len(talks), length), special("<|endoftext|>"))
    positions = np.zeros((3, len(talks), length), np.int64)
    answers = np.zeros((len(talks), length), bool)
    for i, (a, p, m) in enumerate(written):
        ids[i, : len(a)], positions[:, i, : len(a)], answers[i, : len(a)] = a, p, m
    scenes = list(zip(*(t.scenes for t in talks)))
    return Batch(
        [torch.from_numpy(np.stack([patches(see(s, rng, plain)) for s in column])) for column in scenes],
        [(column[0].height // PATCH, column[0].width // PATCH) for column in scenes],
        [torch.from_numpy(np.stack([cells(s) for s in column])) for column in scenes],
        torch.from_numpy(ids), torch.from_numpy(positions), torch.from_numpy(answers), talks,
    )  # fmt: skip
