"""Has Spark write the parts of a table again, as one, with each compression it may have chosen: make.py PART.parquet... FOLDER

The parts are those that `embedonce cache export table:...` wrote; the test data are of TestEntries.batch(0, 10) and a link.
Needs the version of pyspark named in requirements.txt.
"""

import shutil
import sys
from pathlib import Path

import pyspark
from pyspark.sql import SparkSession

*parts, folder = sys.argv[1:]
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
for compression in ("snappy", "zstd"):
    written = Path(folder) / compression
    rows = spark.read.parquet(*parts).orderBy("hash").coalesce(1)
    rows.write.option("compression", compression).mode("overwrite").parquet(str(written))
    (file,) = written.glob("*.parquet")
    shutil.move(file, Path(folder) / f"spark-{pyspark.__version__}.{compression}.parquet")
    shutil.rmtree(written)
spark.stop()
