package dev.embedonce.vlm;

/** A prompt that leaves no room for an answer in the model's context. */
public final class PromptTooLongException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    PromptTooLongException(String message) {
        super(message);
    }
}
