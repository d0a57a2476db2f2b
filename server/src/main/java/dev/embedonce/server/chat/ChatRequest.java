package dev.embedonce.server.chat;

import java.util.List;

/**
 * What a client asks of a model, whatever its API.
 *
 * @param model its name
 */
public record ChatRequest(String model, List<Turn> turns, AnswerWishes wishes) {
    public ChatRequest {
        turns = List.copyOf(turns);
    }

    /** Who says what. */
    public record Turn(String role, List<Part> parts) {
        public Turn {
            parts = List.copyOf(parts);
        }
    }

    /** A piece of what is said. */
    public sealed interface Part {}

    /** Some text. */
    public record Text(String text) implements Part {}

    /**
     * A picture.
     *
     * @param where it stands in the request, for errors
     */
    public record Image(ImageReference reference, String where) implements Part {}

    /** The pictures, in order. */
    public List<Image> images() {
        return turns.stream()
                .flatMap(turn -> turn.parts.stream())
                .filter(Image.class::isInstance)
                .map(Image.class::cast)
                .toList();
    }
}
