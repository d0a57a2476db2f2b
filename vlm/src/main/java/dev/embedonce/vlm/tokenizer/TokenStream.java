package dev.embedonce.vlm.tokenizer;

import java.util.Arrays;

/**
 * The text of ids that arrive one by one. What a token means may depend on the one before it, and a character may take
 * several tokens: text is given out once it is complete. Not thread-safe.
 */
public final class TokenStream {
    private static final char INCOMPLETE = '\uFFFD';

    private final ModelTokenizer tokenizer;
    private long[] ids = new long[16];
    private int count;
    /** Ids from here on are decoded together with new ones. */
    private int context;
    /** Ids before this are given out. */
    private int given;

    TokenStream(ModelTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** Takes one more id; returns the text that is complete by it, maybe none. */
    public String next(long id) {
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
        }
        ids[count++] = id;
        String before = tokenizer.decode(Arrays.copyOfRange(ids, context, given));
        String all = tokenizer.decode(Arrays.copyOfRange(ids, context, count));
        if (all.length() <= before.length() || all.charAt(all.length() - 1) == INCOMPLETE) {
            return "";
        }
        context = given;
        given = count;
        return all.substring(before.length());
    }

    /** What is left when no more ids come: an incomplete character as {@code U+FFFD}. */
    public String rest() {
        String before = tokenizer.decode(Arrays.copyOfRange(ids, context, given));
        String all = tokenizer.decode(Arrays.copyOfRange(ids, context, count));
        given = count;
        return all.length() > before.length() ? all.substring(before.length()) : "";
    }
}
