package dev.embedonce.cli.terminal;

import dev.embedonce.hub.HubProgress;
import java.util.Locale;

/** Shows the progress of a model's download on a terminal. */
public final class DownloadProgress implements HubProgress {
    private final boolean terminal = Boolean.getBoolean("embedonce.terminal");

    @Override
    public void downloaded(String file, long doneBytes, long totalBytes) {
        if (terminal) {
            System.err.print(String.format(
                    Locale.ROOT,
                    "\r\u001b[K%s %,d of %,d MB%s",
                    file,
                    doneBytes >> 20,
                    totalBytes >> 20,
                    doneBytes == totalBytes ? "%n".formatted() : ""));
            System.err.flush();
        }
    }
}
