package dev.embedonce.image.process;

import java.util.List;

/**
 * The settings of one image processor by name, from whatever reads its file; a null there counts as missing. Every
 * method throws {@link dev.embedonce.error.ModelLoadException}, naming file and setting, if a value has another type.
 */
public interface ProcessorFields {
    /** Where the settings stand, for messages. */
    String source();

    boolean flag(String name, boolean missing);

    /** A whole number. */
    int integer(String name, int missing);

    double number(String name, double missing);

    /** Three numbers; where a file may say one for all channels, that one. */
    List<Double> channels(String name, List<Double> missing);
}
