"""Draws the picture of the README's example.

    python make_example.py ../../examples/shapes.png
"""
import sys

import numpy as np
from PIL import Image

from shapes import Scene, Shape, render

if __name__ == "__main__":
    scene = Scene(128, 128, (
        Shape("circle", "red", 34, 36, 17), Shape("square", "blue", 92, 44, 15), Shape("triangle", "green", 62, 96, 18),
    ))
    Image.fromarray(render(scene, np.random.default_rng(1), "plain")).save(sys.argv[1], optimize=True)
