"""What does the cache cost on a cold run? Runs `embedonce embed` with an empty cache and with --no-cache in turn, and prints the ratio.

    python3 scripts/cold-overhead.py PHOTOS [--pairs 5] [--threads N]

Each pair runs both, in alternating order, right after each other, so that a machine whose speed drifts disturbs both alike. Prints each pair's
ratio of wall time (cached / uncached), the median and the spread. Needs nothing but Python's standard library.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def wall_seconds(photos: pathlib.Path, extra: list[str]) -> float:
    command = [str(ROOT / "embedonce"), "embed", str(photos), "--json", "--quiet", *extra]
    result = json.loads(subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout)
    assert result["encoded"] + result["failed"] + result["hits"] + result["pixelHits"] == result["images"]
    return result["wallSeconds"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=pathlib.Path)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    threads = ["--threads", str(arguments.threads)]
    ratios = []
    print(f"{platform.platform()}, {os.cpu_count()} cores, --threads {arguments.threads}")
    with tempfile.TemporaryDirectory() as work:
        wall_seconds(arguments.photos, [*threads, "--no-cache"])  # warm the page cache
        for pair in range(arguments.pairs):
            runs = {
                "cached": lambda: wall_seconds(arguments.photos, [*threads, "--store", f"sqlite:{work}/{pair}.db"]),
                "uncached": lambda: wall_seconds(arguments.photos, [*threads, "--no-cache"]),
            }
            order = ["cached", "uncached"] if pair % 2 == 0 else ["uncached", "cached"]
            seconds = {name: runs[name]() for name in order}
            ratios.append(seconds["cached"] / seconds["uncached"])
            print(f"pair {pair + 1}: cached {seconds['cached']:.2f} s, uncached {seconds['uncached']:.2f} s, ratio {ratios[-1]:.3f}")
    print(f"median ratio {statistics.median(ratios):.3f} (from {min(ratios):.3f} to {max(ratios):.3f}, {len(ratios)} pairs)")


if __name__ == "__main__":
    main()
