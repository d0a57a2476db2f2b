"""Pictures of coloured shapes: what is in them (Scene) and how they look (render)."""

from dataclasses import dataclass
from functools import lru_cache
from math import cos, pi, sin

import numpy as np
from PIL import Image, ImageDraw

KINDS = ("circle", "square", "triangle", "star", "cross")
# name -> (lowest, highest) of each channel
COLOURS = {
    "red": ((200, 0, 0), (255, 45, 45)),
    "green": ((0, 140, 0), (60, 200, 70)),
    "blue": ((0, 40, 190), (60, 100, 255)),
    "yellow": ((235, 215, 0), (255, 245, 60)),
    "orange": ((240, 120, 0), (255, 155, 40)),
    "purple": ((115, 10, 150), (160, 60, 205)),
    "cyan": ((0, 200, 210), (70, 245, 255)),
}
# (height, width), all multiples of patch * merge = 32, so that the processor need not resize
SIZES = ((64, 64), (64, 96), (96, 64), (96, 96), (64, 128), (128, 64), (96, 128), (128, 96), (128, 128), (96, 160), (160, 96))
RADII = {"small": (8, 10), "medium": (11, 14), "large": (15, 18)}
BACKGROUNDS = ("plain", "gradient", "noise")


@dataclass(frozen=True)
class Shape:
    """One shape; x, y are the centre and r the radius, in pixels."""

    kind: str
    colour: str
    x: int
    y: int
    r: int


@dataclass(frozen=True)
class Scene:
    """What a picture shows."""

    height: int
    width: int
    shapes: tuple

    def of(self, kind=None, colour=None):
        return [s for s in self.shapes if kind in (None, s.kind) and colour in (None, s.colour)]


def draw_scene(rng, size, most=5, keep=()):
    """A scene of 1 to `most` shapes that do not touch; `keep` are (kind, colour) pairs that must be among them."""
    height, width = size
    wanted = max(len(keep), int(rng.integers(1, most + 1)))
    kinds = KINDS if rng.random() < 0.7 else tuple(rng.choice(KINDS, 2, replace=False))
    colours = tuple(COLOURS) if rng.random() < 0.7 else tuple(rng.choice(tuple(COLOURS), 2, replace=False))
    placed = []
    for _ in range(40):
        if len(placed) == wanted:
            break
        low, high = RADII[("small", "medium", "large")[int(rng.integers(3))]] if min(size) > 64 else RADII["small"]
        r = int(rng.integers(low, high + 1))
        x = int(rng.integers(r + 2, width - r - 2))
        y = int(rng.integers(r + 2, height - r - 2))
        if any((x - s.x) ** 2 + (y - s.y) ** 2 < (1.15 * (r + s.r) + 2) ** 2 for s in placed):
            continue
        kind, colour = keep[len(placed)] if len(placed) < len(keep) else (_any(rng, kinds), _any(rng, colours))
        placed.append(Shape(kind, colour, x, y, r))
    return Scene(height, width, tuple(placed))


def _any(rng, of):
    return str(of[int(rng.integers(len(of)))])


def _polygon(kind, r):
    def ring(corners, radii, turn):
        return [(radii[i % len(radii)] * cos(turn + 2 * pi * i / corners), radii[i % len(radii)] * sin(turn + 2 * pi * i / corners)) for i in range(corners)]

    if kind == "square":
        return ring(4, [1.25 * r], pi / 4)
    if kind == "triangle":
        return [(x, y + 0.2 * r) for x, y in ring(3, [1.25 * r], -pi / 2)]
    if kind == "star":
        return ring(10, [1.2 * r, 0.5 * r], -pi / 2)
    a, b = 0.36 * r, 1.05 * r  # cross
    return [(-a, -b), (a, -b), (a, -a), (b, -a), (b, a), (a, a), (a, b), (-a, b), (-a, a), (-b, a), (-b, -a), (-a, -a)]


@lru_cache(None)
def _mask(kind, r):
    """float32 [2e+1, 2e+1, 1]: how much of each pixel the shape covers; e = 1.25 r rounded up."""
    fine, e = 8, int(np.ceil(1.25 * r))
    side = (2 * e + 1) * fine
    canvas = Image.new("L", (side, side))
    if kind == "circle":
        ImageDraw.Draw(canvas).ellipse([side / 2 - r * fine, side / 2 - r * fine, side / 2 + r * fine, side / 2 + r * fine], fill=255)
    else:
        ImageDraw.Draw(canvas).polygon([(side / 2 + x * fine, side / 2 + y * fine) for x, y in _polygon(kind, r)], fill=255)
    return (np.asarray(canvas, np.float32).reshape(2 * e + 1, fine, 2 * e + 1, fine).mean((1, 3)) / 255)[..., None]


@lru_cache(None)
def _noise():
    return np.random.default_rng(7).standard_normal((512, 512, 1)).astype(np.float32)


def _background(rng, height, width, how):
    level = rng.uniform(205, 255) if rng.random() < 0.6 else rng.uniform(0, 55)
    picture = np.full((height, width, 3), level + rng.uniform(-10, 10, 3), np.float32)
    if how == "gradient":
        ramp = np.linspace(-1, 1, width if rng.random() < 0.5 else height, dtype=np.float32) * rng.uniform(-25, 25)
        picture += ramp[None, :, None] if len(ramp) == width and (height != width or rng.random() < 0.5) else ramp[:, None, None]
    if how == "noise":
        y, x = rng.integers(512 - height), rng.integers(512 - width)
        picture += _noise()[y : y + height, x : x + width] * np.float32(rng.uniform(4, 16))
    return picture


def render(scene, rng, how="plain"):
    """uint8 [height, width, 3], RGB."""
    picture = _background(rng, scene.height, scene.width, how)
    for s in scene.shapes:
        low, high = COLOURS[s.colour]
        mask = _mask(s.kind, s.r)
        e = mask.shape[0] // 2
        top, left = max(0, s.y - e), max(0, s.x - e)
        part = picture[top : s.y + e + 1, left : s.x + e + 1]
        mask = mask[top - s.y + e :, left - s.x + e :][: part.shape[0], : part.shape[1]]
        part += mask * (rng.uniform(low, high).astype(np.float32) - part)
    return np.clip(picture + 0.5, 0, 255).astype(np.uint8)


def any_background(rng):
    return BACKGROUNDS[int(rng.integers(len(BACKGROUNDS)))]
