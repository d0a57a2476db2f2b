package dev.embedonce.image.decode;

import dev.embedonce.image.internal.ImageSource;
import dev.embedonce.image.internal.PlanarRows;
import dev.embedonce.image.internal.WorkBudget;
import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.pixel.ImageFormat;
import dev.embedonce.image.pixel.Orientation;
import dev.embedonce.image.pixel.PixelImage;
import dev.embedonce.image.pixel.Region;
import dev.embedonce.image.resize.Interleaved;
import dev.embedonce.image.resize.Resampler;

/**
 * A picture whose header has passed the checks: decodes it, whole or in part, in the orientation wanted. Not
 * thread-safe.
 */
public final class OpenedImage {
    private static final int BANDS = 3;

    private final ImageSource source;
    private final WorkBudget budget;
    private final int orientation;

    OpenedImage(ImageSource source, WorkBudget budget, int orientation) {
        this.source = source;
        this.budget = budget;
        this.orientation = orientation;
    }

    ImageFormat format() {
        return source.format();
    }

    int storedOrientation() {
        return source.orientation();
    }

    public int width() {
        return Orientation.swapsSides(orientation) ? source.height() : source.width();
    }

    public int height() {
        return Orientation.swapsSides(orientation) ? source.width() : source.height();
    }

    PixelImage decode() {
        return ImageDecoder.guarded(description(), () -> source.decode().oriented(orientation));
    }

    /** Opaque RGB of at least the rectangle {@code wanted} of the oriented picture. */
    public Resampler.Source rgb(Region wanted, AlphaPolicy alpha) {
        return ImageDecoder.guarded(description(), () -> {
            Region stored = Orientation.stored(wanted, source.width(), source.height(), orientation);
            PlanarRows part = source.decodeRgb(stored);
            if (part == null) {
                PixelImage whole = source.decode().toRgb(alpha).oriented(orientation);
                Region have = Region.whole(whole.width(), whole.height());
                return new Resampler.Source(
                        checked(Interleaved.rows(whole.raw(), have, BANDS)), have, BANDS, width(), height());
            }
            if (orientation > 1) {
                byte[] turned = Orientation.apply(
                        interleave(part, stored),
                        stored.width(),
                        stored.height(),
                        BANDS,
                        orientation,
                        budget.checkpoint());
                part = Interleaved.rows(turned, wanted, BANDS);
            }
            return new Resampler.Source(checked(part), wanted, BANDS, width(), height());
        });
    }

    /** The same rows, which throw once decoding is cancelled. */
    private PlanarRows checked(PlanarRows rows) {
        return (y, out) -> {
            budget.check();
            rows.read(y, out);
        };
    }

    private byte[] interleave(PlanarRows rows, Region region) {
        byte[] samples = budget.checkpoint().bytes((long) region.width() * region.height() * BANDS);
        Resampler.Sink sink = Interleaved.into(samples, region.width(), BANDS);
        int[][] row = new int[BANDS][region.width()];
        for (int y = 0; y < region.height(); y++) {
            rows.read(region.y() + y, row);
            sink.accept(y, row);
            budget.check();
        }
        return samples;
    }

    private String description() {
        return "a " + source.format() + " of " + source.width() + "x" + source.height() + " pixels";
    }
}
