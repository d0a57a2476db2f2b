package dev.embedonce.spark;

import dev.embedonce.spark.internal.host.RunEncoder;
import dev.embedonce.spark.job.EmbedOptions;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.catalyst.analysis.NoSuchFunctionException;
import org.apache.spark.sql.connector.catalog.FunctionCatalog;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.functions.BoundFunction;
import org.apache.spark.sql.connector.catalog.functions.UnboundFunction;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * A function for exploring: {@code spark.sql.catalog.embedonce=dev.embedonce.spark.EmbedCatalog}, then {@code SELECT
 * embedonce.embed_image(content)}. It encodes row by row and keeps nothing. The encoder is chosen by options of the
 * catalog, such as {@code spark.sql.catalog.embedonce.model}.
 */
public final class EmbedCatalog implements FunctionCatalog {
    private static final String FUNCTION = "embed_image";

    private String name = "";
    private Map<String, String> options = Map.of();

    /** For Spark, which then calls {@link #initialize}. */
    public EmbedCatalog() {}

    @Override
    public void initialize(String newName, CaseInsensitiveStringMap newOptions) {
        this.name = newName;
        this.options = new HashMap<>(newOptions);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Identifier[] listFunctions(String[] namespace) {
        return new Identifier[] {Identifier.of(new String[0], FUNCTION)};
    }

    @Override
    public UnboundFunction loadFunction(Identifier identifier) throws NoSuchFunctionException {
        if (identifier.namespace().length > 0 || !identifier.name().equalsIgnoreCase(FUNCTION)) {
            throw new NoSuchFunctionException(identifier);
        }
        return new Unbound(RunEncoder.of(EmbedOptions.encoder(options)));
    }

    private record Unbound(RunEncoder encoder) implements UnboundFunction {
        @Override
        public BoundFunction bind(StructType input) {
            if (input.size() != 1 || !(input.fields()[0].dataType() instanceof BinaryType)) {
                throw new UnsupportedOperationException(description() + "; found " + input.simpleString());
            }
            return new EmbedImage(encoder);
        }

        @Override
        public String description() {
            return FUNCTION + "(binary) gives array<float>, null for a null";
        }

        @Override
        public String name() {
            return FUNCTION;
        }
    }
}
