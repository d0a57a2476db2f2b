package dev.embedonce.cli.input;

import dev.embedonce.embed.ImageItem;
import dev.embedonce.embed.ImageStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Inputs one after the other. */
record SeveralInputs(List<ImageInput> inputs) implements ImageInput {
    @Override
    public OptionalLong count() {
        long total = 0;
        for (ImageInput input : inputs) {
            OptionalLong count = input.count();
            if (count.isEmpty()) {
                return count;
            }
            total += count.getAsLong();
        }
        return OptionalLong.of(total);
    }

    @Override
    public ImageStream open() {
        Iterator<ImageInput> rest = inputs.iterator();
        return new ImageStream() {
            private @Nullable ImageStream current;

            @Override
            public @Nullable ImageItem next() throws IOException {
                while (true) {
                    ImageItem item = current == null ? null : current.next();
                    if (item != null) {
                        return item;
                    }
                    close();
                    if (!rest.hasNext()) {
                        return null;
                    }
                    current = rest.next().open();
                }
            }

            @Override
            public void close() {
                if (current != null) {
                    current.close();
                    current = null;
                }
            }
        };
    }
}
