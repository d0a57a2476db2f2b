package dev.embedonce.server.chat;

import java.io.IOException;

/** The client closed its connection before its answer was there. */
public final class ClientGoneException extends IOException {
    private static final long serialVersionUID = 1;

    public ClientGoneException() {
        super("the client has gone");
    }
}
