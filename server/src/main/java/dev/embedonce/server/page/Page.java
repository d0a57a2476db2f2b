package dev.embedonce.server.page;

import dev.embedonce.server.http.Exchange;
import dev.embedonce.server.http.Route.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The files of the page, from the class path. Immutable. */
public final class Page {
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            + "img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private Page() {}

    /**
     * Answers with one file.
     *
     * @param name of a resource beside this class
     * @param type of its content
     */
    public static Endpoint file(String name, String type) {
        byte[] content = read(name);
        return (exchange, caller) -> send(exchange, type, content);
    }

    private static void send(Exchange exchange, String type, byte[] content) throws IOException {
        exchange.addHeader("Content-Security-Policy", POLICY);
        exchange.addHeader("X-Frame-Options", "DENY");
        exchange.send(200, type, content);
    }

    private static byte[] read(String name) {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
