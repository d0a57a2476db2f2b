package dev.embedonce.lab.experiment;

import dev.embedonce.feature.FeatureEncoder;
import dev.embedonce.feature.InputDigest;
import dev.embedonce.feature.Prepared;
import dev.embedonce.value.Tensor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The same encoder without input digests, so that there are no pixel hits. */
record HashAloneEncoder<P extends Prepared>(FeatureEncoder<P> encoder)
        implements FeatureEncoder<HashAloneEncoder.Opaque<P>> {

    record Opaque<P extends Prepared>(P prepared) implements Prepared {
        @Override
        public @Nullable InputDigest inputDigest() {
            return null;
        }

        @Override
        public int width() {
            return prepared.width();
        }

        @Override
        public int height() {
            return prepared.height();
        }
    }

    @Override
    public String modelVersion() {
        return encoder.modelVersion();
    }

    @Override
    public String preprocVersion() {
        return encoder.preprocVersion();
    }

    @Override
    public String runtime() {
        return encoder.runtime();
    }

    @Override
    public int batchSize() {
        return encoder.batchSize();
    }

    @Override
    public Opaque<P> prepare(byte[] image) {
        return new Opaque<>(encoder.prepare(image));
    }

    @Override
    public List<Map<String, Tensor>> encode(List<Opaque<P>> batch) {
        return encoder.encode(batch.stream().map(Opaque::prepared).toList());
    }
}
