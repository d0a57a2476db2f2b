package dev.embedonce.lab;

import java.nio.file.Path;
import java.util.Locale;

/**
 * Runs the lab from a checkout: {@code LabMain quick|full OUT [encoder=X] [images=DIR] [modelnet=DIR] [python=X]
 * [fresh]}.
 */
final class LabMain {
    private LabMain() {}

    public static void main(String[] args) {
        LabOptions.Builder options = LabOptions.builder()
                .scale(args[0].equals("full") ? Scale.FULL : Scale.QUICK)
                .out(Path.of(args[1]));
        for (int i = 2; i < args.length; i++) {
            String value = args[i].substring(args[i].indexOf('=') + 1);
            switch (args[i].split("=", 2)[0]) {
                case "encoder" -> options.encoder(value);
                case "images" -> options.images(Path.of(value));
                case "modelnet" -> options.modelNet(Path.of(value));
                case "python" -> options.python(value);
                case "fresh" -> options.fresh(true);
                default -> throw new IllegalArgumentException(args[i]);
            }
        }
        long start = System.nanoTime();
        Path report = Lab.run(
                options.build(),
                p -> System.err.printf(
                        Locale.ROOT,
                        "%5.1f s  %d/%d %s  %.0f %%  %s%n",
                        (System.nanoTime() - start) / 1e9,
                        p.number(),
                        p.steps(),
                        p.step(),
                        100 * p.fraction(),
                        p.left() == null ? "" : p.left().toSeconds() + " s left"));
        System.out.println(report);
    }
}
