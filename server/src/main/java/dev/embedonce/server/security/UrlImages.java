package dev.embedonce.server.security;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.CompletableResponseListener;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * Fetches pictures from allowed hosts. The addresses that a name resolves to are checked and connected to in one step,
 * so a name that changes its address in between gains nothing. Redirects are not followed, proxies not used, cookies
 * not kept. Thread-safe.
 */
public final class UrlImages implements AutoCloseable {
    private final AllowedHosts allowed;
    private final Resolver resolver;
    private final HttpClient client;
    private final Duration within;
    private final int mostBytes;

    /** Finds the addresses of a host. */
    @FunctionalInterface
    public interface Resolver {
        /** The addresses. */
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    /** Why a picture was not fetched, for the client. */
    public static final class FetchException extends Exception {
        private static final long serialVersionUID = 1;

        FetchException(String message) {
            super(message);
        }
    }

    /** Starts a fetcher. */
    public UrlImages(AllowedHosts allowed, Resolver resolver, Duration within, long mostBytes) {
        this.allowed = allowed;
        this.resolver = resolver;
        this.within = within;
        this.mostBytes = Math.toIntExact(mostBytes);
        this.client = new HttpClient();
        QueuedThreadPool threads = new QueuedThreadPool(8, 1);
        threads.setName("embedonce-fetch");
        threads.setDaemon(true);
        client.setExecutor(threads);
        client.setFollowRedirects(false);
        // one client serves all tenants, so it must keep nothing of an answer
        client.setHttpCookieStore(new HttpCookieStore.Empty());
        client.setConnectTimeout(within.toMillis());
        client.setMaxConnectionsPerDestination(16);
        client.setSocketAddressResolver((host, port, context, promise) -> {
            try {
                promise.succeeded(addresses(host, port));
            } catch (IOException e) {
                promise.failed(e);
            }
        });
        try {
            client.start();
        } catch (Exception e) {
            throw new IllegalStateException("the client for pictures does not start", e);
        }
        client.getContentDecoderFactories().clear();
    }

    private List<InetSocketAddress> addresses(String host, int port) throws IOException {
        List<InetSocketAddress> found = new ArrayList<>();
        for (InetAddress address : resolver.resolve(host)) {
            if (!PublicAddresses.isPublic(address) && !allowed.namesAddress(host, port)) {
                throw new IOException("not a public address");
            }
            found.add(new InetSocketAddress(address, port));
        }
        return found;
    }

    /**
     * Fetches a picture, anew each time.
     *
     * @throws FetchException if it may not be fetched, or cannot be
     */
    public byte[] fetch(URI uri) throws FetchException {
        if (uri.getHost() == null || uri.getRawUserInfo() != null) {
            throw new FetchException("expected a URL of a host, without user name");
        }
        if (!allowed.allows(uri)) {
            throw new FetchException(
                    allowed.isEmpty()
                            ? "this server fetches no pictures; send them as data URIs"
                            : "this server does not fetch pictures from there");
        }
        try {
            Request request = client.newRequest(uri)
                    .method(HttpMethod.GET)
                    .timeout(within.toMillis(), TimeUnit.MILLISECONDS)
                    .headers(headers -> headers.put("Accept", "image/*"));
            ContentResponse response =
                    new CompletableResponseListener(request, mostBytes).send().join();
            int status = response.getStatus();
            if (status >= 300 && status < 400) {
                throw new FetchException("the picture's server redirects, which is not followed");
            }
            if (status != 200) {
                throw new FetchException("the picture's server answered with status " + status);
            }
            return response.getContent();
        } catch (CompletionException | IllegalArgumentException e) {
            throw new FetchException(
                    "the picture could not be fetched: not reachable, not allowed, too slow, or larger than "
                            + mostBytes + " bytes");
        }
    }

    @Override
    public void close() {
        try {
            client.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the client for pictures does not stop", e);
        }
    }
}
