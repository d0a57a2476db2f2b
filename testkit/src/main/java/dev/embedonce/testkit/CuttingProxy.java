package dev.embedonce.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Forwards bytes between clients and a server on loopback, and cuts the connection after a number of bytes.
 * Thread-safe.
 */
public final class CuttingProxy implements AutoCloseable {
    private static final long NEVER = Long.MAX_VALUE;

    private final ServerSocket listener;
    private final int serverPort;
    private final AtomicLong bytesToServer = new AtomicLong(NEVER);
    private final AtomicLong bytesToClient = new AtomicLong(NEVER);
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    /** A proxy that lets everything through. */
    public CuttingProxy(int serverPort) throws IOException {
        this.serverPort = serverPort;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    /** The port for clients. */
    public int port() {
        return listener.getLocalPort();
    }

    /** Cuts once, after so many more bytes in either direction. */
    public void cutAfter(long toServer, long toClient) {
        bytesToServer.set(toServer);
        bytesToClient.set(toClient);
    }

    /** Lets everything through from now on. */
    public void heal() {
        cutAfter(NEVER, NEVER);
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "cutting-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                sockets.add(client);
                connect(client);
            } catch (IOException e) {
                return; // the listener was closed
            }
        }
    }

    private void connect(Socket client) throws IOException {
        Socket server;
        try {
            server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        } catch (IOException e) {
            client.close(); // no server: the client is to notice
            return;
        }
        sockets.add(server);
        daemon(() -> pump(client, server, bytesToServer));
        daemon(() -> pump(server, client, bytesToClient));
    }

    private static void pump(Socket from, Socket to, AtomicLong budget) {
        byte[] buffer = new byte[8192];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                int size = read;
                long left = budget.getAndUpdate(b -> b == NEVER ? NEVER : Math.max(0, b - size));
                out.write(buffer, 0, (int) Math.min(read, left));
                out.flush();
                if (left < read) {
                    return;
                }
            }
        } catch (IOException e) {
            // one of the two has gone; closing both tells the other
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
