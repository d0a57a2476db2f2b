package dev.embedonce.spark;

import dev.embedonce.spark.internal.host.RunEncoder;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.connector.catalog.functions.ScalarFunction;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/** The vector of one picture, without any cache. Public for Spark's generated code. */
public record EmbedImage(RunEncoder encoder) implements ScalarFunction<ArrayData> {

    @Override
    public DataType[] inputTypes() {
        return new DataType[] {DataTypes.BinaryType};
    }

    @Override
    public DataType resultType() {
        return DataTypes.createArrayType(DataTypes.FloatType, false);
    }

    @Override
    public String name() {
        return "embed_image";
    }

    @Override
    public String canonicalName() {
        return "embedonce.embed_image(" + encoder.modelVersion() + ", " + encoder.preprocVersion() + ")";
    }

    /** Spark calls it by its name, with the bytes of a picture. */
    public ArrayData invoke(byte[] content) {
        return UnsafeArrayData.fromPrimitiveArray(encoder.open().embed(content).toArray());
    }
}
