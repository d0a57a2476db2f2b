package dev.embedonce.image.process;

import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.key.FramedDigest;
import dev.embedonce.key.Revisions;

/** How a processor chooses the size a picture is resized to. */
// Source: transformers 5.23, image_processing_backends.PilBackend.resize and image_transforms
public sealed interface ResizeRule {
    /** Raised when a rule chooses another size for the same picture and settings; part of the preprocessing version. */
    int REVISION = 1;

    /** A size in pixels. */
    record Size(int width, int height) {}

    /** The size for a picture of {@code width} x {@code height}. */
    Size sizeFor(int width, int height);

    /** Adds the revision of the rules. */
    static void describe(Revisions steps) {
        steps.uses("resize-rule", REVISION);
    }

    /** Adds this rule and its numbers to {@code digest}. */
    void describe(FramedDigest digest);

    /** A short form for labels. */
    String label();

    /** No resize. */
    record None() implements ResizeRule {
        @Override
        public Size sizeFor(int width, int height) {
            return new Size(width, height);
        }

        @Override
        public void describe(FramedDigest digest) {
            digest.put("resize", "none");
        }

        @Override
        public String label() {
            return "full";
        }
    }

    /** Always the same size; the aspect ratio is not kept. */
    record Exact(int height, int width) implements ResizeRule {
        public Exact {
            require(height, width);
        }

        @Override
        public Size sizeFor(int originalWidth, int originalHeight) {
            return new Size(width, height);
        }

        @Override
        public void describe(FramedDigest digest) {
            digest.put("resize", "exact").put("height", height).put("width", width);
        }

        @Override
        public String label() {
            return height == width ? Integer.toString(height) : height + "x" + width;
        }
    }

    /** The shorter side becomes {@code pixels}, the longer {@code int(pixels * long / short)}. */
    record ShortestEdge(int pixels) implements ResizeRule {
        public ShortestEdge {
            require(pixels, pixels);
        }

        @Override
        public Size sizeFor(int width, int height) {
            int shorter = Math.min(width, height);
            int longer = (int) ((double) ((long) pixels * Math.max(width, height)) / shorter);
            return width <= height ? new Size(pixels, longer) : new Size(longer, pixels);
        }

        @Override
        public void describe(FramedDigest digest) {
            digest.put("resize", "shortest-edge").put("pixels", pixels);
        }

        @Override
        public String label() {
            return "s" + pixels;
        }
    }

    /** The shorter side becomes {@code shortest} unless that would make the longer exceed {@code longest}. */
    record ShortestLongest(int shortest, int longest) implements ResizeRule {
        public ShortestLongest {
            require(shortest, longest);
        }

        @Override
        public Size sizeFor(int width, int height) {
            double smaller = Math.min(width, height);
            double larger = Math.max(width, height);
            int size = shortest;
            double exact = shortest;
            if (larger / smaller * shortest > longest) {
                exact = longest * smaller / larger;
                size = (int) Math.rint(exact);
            }
            if ((height <= width && height == size) || (width <= height && width == size)) {
                return new Size(width, height);
            }
            return width < height
                    ? new Size(size, (int) (exact * height / width))
                    : new Size((int) (exact * width / height), size);
        }

        @Override
        public void describe(FramedDigest digest) {
            digest.put("resize", "shortest-longest").put("shortest", shortest).put("longest", longest);
        }

        @Override
        public String label() {
            return "s" + shortest + "l" + longest;
        }
    }

    /** The largest size of the same aspect ratio within {@code height} x {@code width}, up- or downwards. */
    record Within(int height, int width) implements ResizeRule {
        public Within {
            require(height, width);
        }

        @Override
        public Size sizeFor(int originalWidth, int originalHeight) {
            double scale = Math.min((double) height / originalHeight, (double) width / originalWidth);
            return new Size((int) (originalWidth * scale), (int) (originalHeight * scale));
        }

        @Override
        public void describe(FramedDigest digest) {
            digest.put("resize", "within").put("height", height).put("width", width);
        }

        @Override
        public String label() {
            return "w" + height + "x" + width;
        }
    }

    /**
     * Both sides become multiples of {@code factor}, the aspect ratio is kept as well as that allows, and the area lies
     * between {@code minPixels} and {@code maxPixels}.
     */
    // Source: transformers 5.23, models/qwen2_vl/image_processing_pil_qwen2_vl.py, smart_resize
    record Multiples(int factor, long minPixels, long maxPixels) implements ResizeRule {
        private static final int MAX_ASPECT = 200;

        public Multiples {
            require(factor, factor);
            if (minPixels < 1 || maxPixels < minPixels) {
                throw new IllegalArgumentException("pixels from " + minPixels + " to " + maxPixels);
            }
        }

        /** @throws ImageException if one side is more than 200 times the other */
        @Override
        public Size sizeFor(int width, int height) {
            return sizeFor(width, height, 1);
        }

        /** The size for a picture each of whose pixels counts {@code times} against the limits. */
        private Size sizeFor(int width, int height, int times) {
            if ((double) Math.max(width, height) / Math.min(width, height) > MAX_ASPECT) {
                throw new ImageException("image is " + width + "x" + height + "; one side must not be more than "
                        + MAX_ASPECT + " times the other");
            }
            double newHeight = Math.rint((double) height / factor) * factor;
            double newWidth = Math.rint((double) width / factor) * factor;
            double pixels = (double) times * height * width;
            if (times * newHeight * newWidth > maxPixels) {
                double beta = Math.sqrt(pixels / maxPixels);
                newHeight = Math.max(factor, Math.floor(height / beta / factor) * factor);
                newWidth = Math.max(factor, Math.floor(width / beta / factor) * factor);
            } else if (times * newHeight * newWidth < minPixels) {
                double beta = Math.sqrt(minPixels / pixels);
                newHeight = Math.ceil(height * beta / factor) * factor;
                newWidth = Math.ceil(width * beta / factor) * factor;
            }
            return new Size((int) newWidth, (int) newHeight);
        }

        @Override
        public void describe(FramedDigest digest) {
            digest.put("resize", "multiples")
                    .put("factor", factor)
                    .put("minPixels", minPixels)
                    .put("maxPixels", maxPixels);
        }

        @Override
        public String label() {
            return "m" + factor;
        }
    }

    /**
     * As {@link Multiples}, for a still picture that stands for so many frames of a video: the limits are of the pixels
     * of all frames, and a picture with a side below {@code factor} is first enlarged until both sides reach it.
     */
    // Source: transformers 5.23, models/glm4v/image_processing_pil_glm4v.py, smart_resize
    record FrameMultiples(int factor, int frames, long minPixels, long maxPixels) implements ResizeRule {
        public FrameMultiples {
            require(factor, frames);
        }

        /** @throws ImageException if one side is more than 200 times the other once the picture is enlarged */
        @Override
        public Size sizeFor(int width, int height) {
            Multiples rule = new Multiples(factor, minPixels, maxPixels);
            if (width >= factor && height >= factor) {
                return rule.sizeFor(width, height, frames);
            }
            double scale = Math.max((double) factor / height, (double) factor / width);
            return rule.sizeFor((int) (width * scale), (int) (height * scale), frames);
        }

        @Override
        public void describe(FramedDigest digest) {
            digest.put("resize", "frame-multiples")
                    .put("factor", factor)
                    .put("frames", frames)
                    .put("minPixels", minPixels)
                    .put("maxPixels", maxPixels);
        }

        @Override
        public String label() {
            return "m" + factor + "f" + frames;
        }
    }

    /**
     * As {@link Multiples}; a picture with a side below {@code factor} is first enlarged until both sides reach it,
     * the other side rounded.
     */
    // Source: transformers 5.23, models/paddleocr_vl/image_processing_pil_paddleocr_vl.py, smart_resize
    record EnlargedMultiples(int factor, long minPixels, long maxPixels) implements ResizeRule {
        /** @throws ImageException if one side is more than 200 times the other once the picture is enlarged */
        @Override
        public Size sizeFor(int width, int height) {
            int enlargedWidth = height < factor ? scaled(width, height) : width;
            int enlargedHeight = Math.max(height, factor);
            if (enlargedWidth < factor) {
                enlargedHeight = scaled(enlargedHeight, enlargedWidth);
                enlargedWidth = factor;
            }
            return new Multiples(factor, minPixels, maxPixels).sizeFor(enlargedWidth, enlargedHeight);
        }

        /** A side of a picture whose other side becomes {@code factor}. */
        private int scaled(int side, int other) {
            return (int) Math.rint((double) ((long) side * factor) / other);
        }

        @Override
        public void describe(FramedDigest digest) {
            digest.put("resize", "enlarged-multiples")
                    .put("factor", factor)
                    .put("minPixels", minPixels)
                    .put("maxPixels", maxPixels);
        }

        @Override
        public String label() {
            return "m" + factor + "e";
        }
    }

    /**
     * As {@link Multiples}, but a side never becomes less than {@code factor}, and a picture one side of which is more
     * than 200 times the other counts as one of that ratio.
     */
    // Source: PaddleFormers, transformers/ernie4_5_moe_vl/image_processor.py, smart_resize
    record BoundedMultiples(int factor, long minPixels, long maxPixels) implements ResizeRule {
        public BoundedMultiples {
            require(factor, factor);
        }

        /** @throws ImageException if the picture is so long that no size is within the limits */
        @Override
        public Size sizeFor(int originalWidth, int originalHeight) {
            double width = originalWidth;
            double height = originalHeight;
            if (width / height > Multiples.MAX_ASPECT) {
                height = rounded(height);
                width = Multiples.MAX_ASPECT * height;
            } else if (height / width > Multiples.MAX_ASPECT) {
                width = rounded(width);
                height = Multiples.MAX_ASPECT * width;
            }
            double newHeight = rounded(height);
            double newWidth = rounded(width);
            if (newHeight * newWidth > maxPixels) {
                double beta = Math.sqrt(height * width / maxPixels);
                newHeight = Math.floor(height / beta / factor) * factor;
                newWidth = Math.floor(width / beta / factor) * factor;
            } else if (newHeight * newWidth < minPixels) {
                double beta = Math.sqrt(minPixels / (height * width));
                newHeight = Math.ceil(height * beta / factor) * factor;
                newWidth = Math.ceil(width * beta / factor) * factor;
            }
            if (newHeight * newWidth < minPixels || newHeight * newWidth > maxPixels) {
                throw new ImageException("image is " + originalWidth + "x" + originalHeight
                        + "; no size of its shape has " + minPixels + " to " + maxPixels + " pixels");
            }
            return new Size((int) newWidth, (int) newHeight);
        }

        /** A whole number of factors, one at least. */
        private double rounded(double side) {
            return Math.max(factor, Math.rint(side / factor) * factor);
        }

        @Override
        public void describe(FramedDigest digest) {
            digest.put("resize", "bounded-multiples")
                    .put("factor", factor)
                    .put("minPixels", minPixels)
                    .put("maxPixels", maxPixels);
        }

        @Override
        public String label() {
            return "b" + factor;
        }
    }

    /**
     * Both sides become multiples of {@code patch}, as large as at most {@code most} patches allow; the aspect ratio is
     * kept as well as that allows.
     */
    // Source: transformers 5.23, models/siglip2/image_processing_pil_siglip2.py, get_image_size_for_max_num_patches
    record Patches(int patch, int most) implements ResizeRule {
        private static final double PRECISION = 1e-5;
        private static final double LARGEST_SCALE = 100;

        public Patches {
            require(patch, most);
        }

        @Override
        public Size sizeFor(int width, int height) {
            double fits = PRECISION / 10;
            double tooLarge = LARGEST_SCALE;
            while (tooLarge - fits >= PRECISION) {
                double scale = (fits + tooLarge) / 2;
                if ((long) patches(width, scale) * patches(height, scale) <= most) {
                    fits = scale;
                } else {
                    tooLarge = scale;
                }
            }
            return new Size(patches(width, fits) * patch, patches(height, fits) * patch);
        }

        private int patches(int side, double scale) {
            return Math.max(1, (int) Math.ceil(side * scale / patch));
        }

        @Override
        public void describe(FramedDigest digest) {
            digest.put("resize", "patches").put("patch", patch).put("most", most);
        }

        @Override
        public String label() {
            return "p" + patch + "n" + most;
        }
    }

    private static void require(int a, int b) {
        if (a < 1 || b < 1) {
            throw new IllegalArgumentException("cannot resize to " + a + ", " + b);
        }
    }
}
