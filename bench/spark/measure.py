"""Measures Spark's local mode beside the command line: processor seconds (whole processes, user and system) and wall.

measure.py ROOT [--photos FOLDER] [--few N] [--many N] [--seed N] [--work FOLDER]

Pictures are cut-outs of photos (of drawn ones without --photos), no two with equal pixels. From --few and --many of them
come the cost of a picture (the slope) and of an application (what is left). A warm pass is compared with Spark reading
and hashing the same files by itself. Prints a table, and the numbers as a line of JSON.
"""
import argparse
import io
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

READ_AND_HASH = """
import sys
from pyspark.sql import SparkSession, functions as F
spark = SparkSession.builder.config("spark.sql.files.openCostInBytes", 65536).getOrCreate()
if len(sys.argv) > 1:
    files = spark.read.format("binaryFile").option("recursiveFileLookup", True).load(sys.argv[1])
    files.select("path", F.sha2("content", 256)).write.format("noop").mode("overwrite").save()
spark.stop()
"""


def drawn(chooser):
    return Image.frombytes("RGB", (64, 48), chooser.randbytes(64 * 48 * 3)).resize((300, 225), Image.BICUBIC)


def make(folder, count, photos, seed):
    """Writes pictures that differ in their pixels: each is another photo, cut and turned over by chance."""
    chooser = random.Random(seed)
    sources = sorted(Path(photos).rglob("*.jpg")) if photos else []
    folder.mkdir(parents=True)
    for i in range(count):
        image = Image.open(chooser.choice(sources)).convert("RGB") if sources else drawn(chooser)
        left, top = chooser.randrange(1, 24), chooser.randrange(1, 24)
        image = image.crop((left, top, image.width - chooser.randrange(1, 24), image.height - chooser.randrange(1, 24)))
        if chooser.random() < 0.5:
            image = image.transpose(Image.FLIP_LEFT_RIGHT)
        image.putpixel((0, 0), (i & 255, i >> 8 & 255, i >> 16 & 255))
        out = io.BytesIO()
        image.save(out, "JPEG", quality=90)
        (folder / f"{i:06d}.jpg").write_bytes(out.getvalue())


def measured(command, env=None):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, env=env)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{command[0]} ended with {done.returncode}:\n{done.stderr[-4000:]}")
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return {"cpu": cpu, "wall": time.monotonic() - start, "out": done.stdout}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("--photos")
    parser.add_argument("--few", type=int, default=2000)
    parser.add_argument("--many", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=9)
    parser.add_argument("--work", type=Path)
    arguments = parser.parse_args()
    work = Path(tempfile.mkdtemp(dir=arguments.work))
    try:
        run(arguments, work)
    finally:
        shutil.rmtree(work)


def run(arguments, work):
    import pyspark

    root = arguments.root
    bundle = next((root / "spark/target/quick").glob("embedonce-spark-*.jar"))
    env = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOG_LEVEL": "ERROR"}
    submit = [str(Path(pyspark.__file__).parent / "bin/spark-submit"), "--master", "local[2]", "--driver-memory", "1g"]
    submit += ["--conf", "spark.ui.enabled=false", "--conf", "spark.log.level=ERROR"]
    embed = submit + ["--class", "dev.embedonce.spark.EmbedJob", str(bundle), "--json"]
    plain = work / "read_and_hash.py"
    plain.write_text(READ_AND_HASH)
    rows = {}
    for name, count in (("few", arguments.few), ("many", arguments.many)):
        pictures = work / name
        make(pictures, count, arguments.photos, arguments.seed)
        cli = [str(root / "embedonce"), "embed", str(pictures), "--store", f"sqlite:{work}/{name}.db", "--quiet", "--out"]
        job = embed + ["--in", str(pictures), "--cache", str(work / f"{name}-cache"), "--out"]
        rows[f"cli cold {name}"] = measured(cli + [str(work / f"{name}.parquet")])
        rows[f"spark cold {name}"] = measured(job + [str(work / f"{name}-out")], env)
        rows[f"cli warm {name}"] = measured(cli + [str(work / f"{name}-2.parquet")])
        rows[f"spark warm {name}"] = measured(job[:-1], env)
        rows[f"read and hash {name}"] = measured(submit + [str(plain), str(pictures)], env)
    rows["session alone"] = measured(submit + [str(plain)], env)
    report(arguments, rows)


def report(arguments, rows):
    print("| | processor s | wall s |\n|---|---:|---:|")
    for name, row in rows.items():
        print(f"| {name} | {row['cpu']:.1f} | {row['wall']:.1f} |")
    each = {}
    for side in ("cli", "spark"):
        few, many = rows[f"{side} cold few"]["cpu"], rows[f"{side} cold many"]["cpu"]
        each[side] = (many - few) / (arguments.many - arguments.few)
        print(f"{side}: {each[side] * 1000:.1f} ms a picture, {few - each[side] * arguments.few:.1f} s an application")
    session = rows["session alone"]["cpu"]
    warm = [rows[f"{what} many"]["cpu"] - session for what in ("spark warm", "read and hash")]
    print(f"a picture, spark / cli: {each['spark'] / each['cli']:.2f}")
    print(f"warm pass / read and hash, session subtracted: {warm[0]:.1f} / {warm[1]:.1f} = {warm[0] / warm[1]:.2f}")
    numbers = {name: {"cpu": round(row["cpu"], 2), "wall": round(row["wall"], 2)} for name, row in rows.items()}
    print(json.dumps({"few": arguments.few, "many": arguments.many, "seed": arguments.seed, "rows": numbers}))


main()
