package dev.embedonce.image.decode;

import dev.embedonce.image.decode.HostileImages.Tag;
import dev.embedonce.image.pixel.AlphaPolicy;
import dev.embedonce.image.pixel.Cancellation;
import dev.embedonce.image.pixel.ImageException;
import dev.embedonce.image.process.ImageProcessor;
import dev.embedonce.image.process.ResizeRule;
import dev.embedonce.image.resize.ResampleFilter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Measures the processor time between two questions to the cancel signal, for pictures of 64 megapixels: the longest,
 * and who asked at its end. Run by hand: {@code java -cp ... dev.embedonce.image.decode.QuestionGaps [NAME...]}; each
 * picture twice, so that the first name of a fresh JVM is measured cold, too.
 */
final class QuestionGaps {
    private static final int SIDE = 8000;
    private static final long MAX_PIXELS = 64_000_000;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private QuestionGaps() {}

    private static Map<String, Supplier<byte[]>> pictures() {
        Map<String, Supplier<byte[]>> pictures = new LinkedHashMap<>();
        pictures.put("jpeg", () -> HostileImages.jpeg(SIDE, SIDE, 3));
        pictures.put("progressive", () -> HostileImages.progressiveJpeg(SIDE, SIDE, 3));
        pictures.put("ink", () -> HostileImages.progressiveInkJpeg(7000, 7000));
        pictures.put("png", () -> HostileImages.rgbPng(SIDE, SIDE, 4));
        pictures.put("widepng", () -> HostileImages.rgbPng(SIDE * SIDE, 1, 1));
        pictures.put("lossless", () -> HostileImages.webpOfGroups(SIDE, SIDE, 3));
        pictures.put("lossy", () -> HostileImages.lossyWebpWithAlpha(SIDE, SIDE, 3));
        pictures.put("tiff", () -> HostileImages.tiffOfOneStrip(SIDE, SIDE, 8, 8, Tag.of(317, 2)));
        pictures.put(
                "tiffjpeg", () -> HostileImages.tiffOfEqualStrips(SIDE, SIDE, 1, 7, HostileImages.jpeg(SIDE, SIDE, 1)));
        pictures.put("fax", () -> HostileImages.tiffOfEqualStrips(SIDE, SIDE, 1, 4, HostileImages.faxOfStripes(SIDE)));
        pictures.put("gif", () -> HostileImages.gifOfClearCodes(20_000_000));
        pictures.put("bmp", () -> HostileImages.bmp(2800, 2800));
        pictures.put("bmpruns", () -> HostileImages.bmpOfRuns(SIDE, SIDE));
        return pictures;
    }

    public static void main(String[] names) {
        pictures().forEach((name, picture) -> {
            if (names.length == 0 || Arrays.asList(names).contains(name)) {
                byte[] bytes = picture.get();
                for (int i = 0; i < 2; i++) {
                    run(name + " decode", () -> new ImageDecoder(ExifPolicy.APPLY, MAX_PIXELS).decode(bytes));
                }
                for (int i = 0; i < 2; i++) {
                    ImageProcessor small = ImageProcessor.builder()
                            .maxPixels(MAX_PIXELS)
                            .resize(new ResizeRule.Exact(336, 336), ResampleFilter.BICUBIC)
                            .build();
                    run(name + " resize", () -> small.process(bytes));
                }
                run(
                        name + " turned",
                        () -> new ImageDecoder(ExifPolicy.APPLY, MAX_PIXELS)
                                .decode(bytes)
                                .toRgb(AlphaPolicy.OVER_WHITE)
                                .oriented(6));
            }
        });
    }

    private static void run(String name, Supplier<?> work) {
        Gaps gaps = new Gaps();
        String end = "";
        long start = THREADS.getCurrentThreadCpuTime();
        try {
            Cancellation.during(gaps::ask, work);
        } catch (ImageException e) {
            end = e.getMessage();
        }
        gaps.ask("the end");
        long all = THREADS.getCurrentThreadCpuTime() - start;
        System.out.printf(
                Locale.ROOT,
                "%-18s %6d ms, %6d questions, longest gap %5.1f ms before %s %s%n",
                name,
                all / 1_000_000,
                gaps.questions,
                gaps.longest / 1e6,
                gaps.where,
                end);
    }

    private static final class Gaps {
        private long last = THREADS.getCurrentThreadCpuTime();
        private long longest;
        private int questions;
        private String where = "";

        boolean ask() {
            return ask("");
        }

        boolean ask(String end) {
            long now = THREADS.getCurrentThreadCpuTime();
            if (now - last > longest) {
                longest = now - last;
                where = !end.isEmpty()
                        ? end
                        : StackWalker.getInstance()
                                .walk(frames -> frames.filter(
                                                frame -> !frame.getClassName().contains("Gaps")
                                                        && !frame.getClassName().contains("Budget")
                                                        && !frame.getClassName().contains("Checkpoint")
                                                        && !frame.getClassName().contains("Cancellation"))
                                        .findFirst()
                                        .map(frame -> frame.getFileName() + ":" + frame.getLineNumber())
                                        .orElse(""));
            }
            questions++;
            last = THREADS.getCurrentThreadCpuTime();
            return false;
        }
    }
}
