package dev.embedonce.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report as a browser shows it. Skipped without Chromium, unless {@code CI=true}. */
class ReportInBrowserTest {
    /** Writes down, in the page itself, what of every figure is on the screen. */
    private static final String PROBE = """
            <script>
            addEventListener('load', () => {
              const seen = [...document.querySelectorAll('figure img')].map(img => {
                const box = img.getBoundingClientRect();
                return img.complete && img.naturalWidth > 0 && box.width > 250 && box.height > 80 ? 'shown' : 'missing';
              });
              const wide = document.documentElement.scrollWidth > innerWidth ? 'overflows' : 'fits';
              document.body.setAttribute('data-probe', seen.join(' ') + ' ' + wide);
            });
            </script>
            """;

    @Test
    void report_onWideAndNarrowScreens_showsAllFiguresWithoutErrors(@TempDir Path folder) throws Exception {
        Optional<Path> browser = browser();
        boolean required = "true".equals(System.getenv("CI"));
        if (!required) {
            assumeThat(browser).as("no Chromium on this machine").isPresent();
        }
        Path report = LabRuns.shared().resolve("report.html");
        String html = Files.readString(report);
        assertThat(html).doesNotContain("http://www.w3.org/1999", "<script", "src=\"http", "href=\"http");
        Path probed = folder.resolve("probed.html");
        Files.writeString(probed, html.replace("</body>", PROBE + "</body>"));
        for (String size : List.of("1200,900", "500,900")) {
            String page = open(browser.orElseThrow(), probed, size, folder);
            var probe = Pattern.compile("data-probe=\"([^\"]*)\"").matcher(page);
            assertThat(probe.find()).as("the probe ran").isTrue();
            assertThat(probe.group(1)).isEqualTo("shown ".repeat(8) + "fits");
            assertThat(page).doesNotContain("CONSOLE");
        }
    }

    private static Optional<Path> browser() {
        return List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome").stream()
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static String open(Path browser, Path page, String size, Path folder)
            throws IOException, InterruptedException {
        Path output = folder.resolve("output-" + size + ".txt");
        List<String> command = new ArrayList<>(List.of(
                browser.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--user-data-dir=" + folder.resolve("profile"),
                "--window-size=" + size,
                "--enable-logging=stderr",
                "--virtual-time-budget=5000",
                "--dump-dom",
                page.toUri().toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return Files.readString(output, StandardCharsets.UTF_8);
        } finally {
            process.destroyForcibly();
        }
    }
}
