package dev.embedonce.error;

/**
 * An encoder that runs elsewhere does not answer at the moment: it cannot be reached, refuses the caller, or has too
 * much to do. This says nothing about what it was asked, so a batch that ends so is not tried one by one.
 */
public class EncoderUnavailableException extends CacheException {
    private static final long serialVersionUID = 1L;

    /** @param cause the encoder's own error */
    public EncoderUnavailableException(RuntimeException cause) {
        super("the encoder does not answer: " + cause.getMessage(), cause);
    }
}
