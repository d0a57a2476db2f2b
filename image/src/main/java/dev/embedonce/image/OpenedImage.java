package dev.embedonce.image;

import dev.embedonce.image.internal.ImageSource;

/** A picture whose header has passed the checks: decodes it, whole or in part, turned as wanted. Not thread-safe. */
final class OpenedImage {
    /** RGB samples of a rectangle of the turned picture. */
    static final class Tile {
        private final byte[] samples;
        private final Region region;

        Tile(byte[] samples, Region region) {
            this.samples = samples;
            this.region = region;
        }

        byte[] samples() {
            return samples;
        }

        Region region() {
            return region;
        }
    }

    private final ImageSource source;
    private final int orientation;

    OpenedImage(ImageSource source, int orientation) {
        this.source = source;
        this.orientation = orientation;
    }

    ImageFormat format() {
        return source.format();
    }

    int storedOrientation() {
        return source.orientation();
    }

    int width() {
        return Orientation.swapsSides(orientation) ? source.height() : source.width();
    }

    int height() {
        return Orientation.swapsSides(orientation) ? source.width() : source.height();
    }

    PixelImage decode() {
        return ImageDecoder.guarded(description(), () -> source.decode().oriented(orientation));
    }

    /** Opaque RGB of at least the rectangle {@code wanted} of the turned picture. */
    Tile rgb(Region wanted, AlphaPolicy alpha) {
        return ImageDecoder.guarded(description(), () -> {
            Region stored = Orientation.stored(wanted, source.width(), source.height(), orientation);
            byte[] part = source.decodeRgb(stored);
            if (part == null) {
                PixelImage whole = source.decode().toRgb(alpha).oriented(orientation);
                return new Tile(whole.raw(), Region.whole(whole.width(), whole.height()));
            }
            boolean turned = orientation > 1;
            return new Tile(
                    turned ? Orientation.apply(part, stored.width(), stored.height(), 3, orientation) : part, wanted);
        });
    }

    private String description() {
        return "a " + source.format() + " of " + source.width() + "x" + source.height() + " pixels";
    }
}
