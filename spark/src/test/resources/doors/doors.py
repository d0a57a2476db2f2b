"""The doors that Python has: df.write.format("embedonce") and the SQL function, on a session of its own or through
Spark Connect. Nothing of ours is installed. Arguments: classic|connect, the bundle, pictures, cache, out.

Prints, for every picture, its name, how it was answered, and the SHA-256 of its vector's bytes; then how many vectors of
the SQL function are equal to the table's.
"""
import hashlib
import struct
import sys

from pyspark.sql import SparkSession

how, bundle, pictures, cache, out = sys.argv[1:]
builder = SparkSession.builder.config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "2")
builder = builder.config("spark.sql.catalog.embedonce", "dev.embedonce.spark.EmbedCatalog").config("spark.jars", bundle)
builder = builder.remote("local[2]") if how == "connect" else builder.master("local[2]")
spark = builder.getOrCreate()
assert ("connect" in type(spark).__module__) == (how == "connect"), type(spark)

images = spark.read.format("binaryFile").load(pictures)
images.write.format("embedonce").option("cache", cache).mode("overwrite").save(out)
for row in sorted(spark.read.parquet(out).collect(), key=lambda row: row.path):
    vector = struct.pack("<%df" % len(row.vector), *row.vector)
    print("ANSWER", row.path.rsplit("/", 1)[1], row.status, hashlib.sha256(vector).hexdigest())

images.createOrReplaceTempView("images")
spark.read.parquet(out).createOrReplaceTempView("answers")
equal = spark.sql("""
    SELECT count(*) FROM images JOIN answers ON images.path = answers.path
    WHERE embedonce.embed_image(images.content) = answers.vector""").collect()[0][0]
print("EQUAL", equal)
spark.stop()
