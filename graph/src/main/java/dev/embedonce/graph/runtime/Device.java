package dev.embedonce.graph.runtime;

import java.util.Locale;

/** Where a graph runs. */
public enum Device {
    /** The processor; always available. */
    CPU,
    /**
     * An NVIDIA GPU; needs the artifact {@code onnxruntime_gpu} in place of {@code onnxruntime}, and NVIDIA's
     * libraries.
     */
    CUDA;

    /**
     * The device of that name, {@code cpu} or {@code cuda}.
     *
     * @throws IllegalArgumentException if it is neither
     */
    public static Device ofName(String name) {
        for (Device device : values()) {
            if (device.toString().equals(name)) {
                return device;
            }
        }
        throw new IllegalArgumentException("unknown device '" + name + "'; expected cpu or cuda");
    }

    /** The name on the command line, lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
