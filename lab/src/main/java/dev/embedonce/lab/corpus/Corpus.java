package dev.embedonce.lab.corpus;

import dev.embedonce.key.FramedDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * The pictures of a run, in a fixed order.
 *
 * @param description one line for the report
 * @param pictures all of them
 */
public record Corpus(String description, List<Picture> pictures) {
    public Corpus {
        pictures = List.copyOf(pictures);
    }

    public int size() {
        return pictures.size();
    }

    /** The bytes of {@link #sampleOf}. */
    public List<byte[]> sample(int count) {
        return sampleOf(count).stream().map(Picture::encoded).toList();
    }

    /** {@code count} evenly spaced pictures, or all of them if there are fewer. */
    public List<Picture> sampleOf(int count) {
        int wanted = Math.min(count, pictures.size());
        List<Picture> sample = new ArrayList<>(wanted);
        for (int i = 0; i < wanted; i++) {
            sample.add(pictures.get((int) ((long) i * pictures.size() / wanted)));
        }
        return sample;
    }

    /** A digest of all names and bytes: two runs with the same digest run on the same pictures. */
    public String digest() {
        FramedDigest digest = FramedDigest.tagged("embedonce.lab.corpus.v1");
        for (Picture picture : pictures) {
            digest.put("name", picture.name()).put("bytes", picture.encoded());
        }
        return digest.hexDigest();
    }
}
