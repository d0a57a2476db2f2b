package dev.embedonce.server;

import static dev.embedonce.server.TestServer.JSON;
import static dev.embedonce.server.TestServer.chat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page in headless Chromium; skipped where there is none. {@code -Dembedonce.page.shots=DIR} keeps pictures of it.
 */
class PageIT {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");

    @TempDir
    private Path folder;

    private TestServer server;
    private Browser browser;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(Files.isExecutable(CHROMIUM), "no chromium");
        server = TestServer.start(options -> options.thumbnails(true));
        browser = Browser.start(CHROMIUM, folder, HttpClient.newHttpClient());
    }

    @AfterEach
    void stop() throws Exception {
        if (browser != null) {
            browser.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private void shot(String name) throws IOException {
        String shots = System.getProperty("embedonce.page.shots", "");
        if (!shots.isEmpty()) {
            JsonNode picture = browser.call("Page.captureScreenshot", JSON.createObjectNode());
            Files.write(
                    Path.of(shots, name + ".png"),
                    Base64.getDecoder().decode(picture.path("data").textValue()));
        }
    }

    private void open(String scheme, int width) {
        var media = JSON.createObjectNode();
        media.putArray("features")
                .addObject()
                .put("name", "prefers-color-scheme")
                .put("value", scheme);
        browser.call("Emulation.setEmulatedMedia", media);
        browser.call(
                "Emulation.setDeviceMetricsOverride",
                JSON.createObjectNode()
                        .put("width", width)
                        .put("height", 1100)
                        .put("deviceScaleFactor", 1)
                        .put("mobile", false));
        browser.call(
                "Page.navigate",
                JSON.createObjectNode().put("url", server.server().uri().toString() + "/"));
        browser.await(
                "document.readyState === 'complete' && document.getElementById('state')?.textContent === 'connected'");
    }

    @Test
    void page_showsTheCacheAndChatsAboutAnImage() throws Exception {
        server.ask(chat("Before", Pictures.png(1, 320, 240)));
        server.ask(chat("Before", Pictures.png(2, 240, 320)));
        server.ask(chat("Before", Pictures.png(1, 320, 240)));
        open("light", 1200);
        browser.await("document.querySelectorAll('#recent .badge').length === 3");
        assertThat(browser.text("document.getElementById('rate').textContent")).isEqualTo("33.3 %");
        assertThat(browser.text("document.querySelector('#recent img').src")).startsWith("data:image/jpeg");

        String picture = Pictures.dataUri(Pictures.png(1, 320, 240));
        browser.evaluate("attached.push({name: 'drawing.png', url: '" + picture + "'}); showAttached();"
                + "document.getElementById('text').value = 'What do you see?';"
                + "document.getElementById('most').value = 24;"
                + "document.getElementById('text').dispatchEvent("
                + "new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true}))");
        browser.await("document.querySelector('.message.assistant .facts') !== null");
        assertThat(browser.text("document.querySelector('.message.user .badge').textContent"))
                .startsWith("hit · ");
        shot("light");
        open("dark", 1200);
        browser.await("document.querySelectorAll('#recent .badge').length === 4");
        shot("dark");
        open("dark", 420);
        assertThat(browser.text("String(document.documentElement.scrollWidth <= 420)"))
                .isEqualTo("true");
        shot("narrow");
        assertThat(browser.problems()).isEmpty();
    }

    @Test
    void page_isUsableByKeyboardAndScreenReader() {
        open("light", 1200);

        assertThat(
                        browser.text(
                                "[...document.querySelectorAll('input, textarea, select')].filter(e => !e.labels.length).map(e => e.id).join()"))
                .isEmpty();
        assertThat(browser.text("[...document.querySelectorAll('button')].filter(e => !e.textContent.trim()"
                        + " && !e.getAttribute('aria-label')).length + ''"))
                .isEqualTo("0");
        assertThat(browser.text("[...document.images].filter(e => !e.hasAttribute('alt')).length + ''"))
                .isEqualTo("0");
        assertThat(browser.text("document.documentElement.lang + document.querySelectorAll('h1').length"))
                .isEqualTo("en1");
        List<String> reached = browser.tabThrough(8);
        assertThat(reached).contains("A:", "SELECT:model", "TEXTAREA:text", "INPUT:files", "BUTTON:send");
        assertThat(browser.text("[...document.querySelectorAll('[src],[href]')].map(e => e.src || e.href)"
                        + ".filter(u => !u.startsWith(location.origin) && !u.startsWith('data:')).join()"))
                .isEmpty();
        assertThat(browser.problems()).isEmpty();
    }
}
