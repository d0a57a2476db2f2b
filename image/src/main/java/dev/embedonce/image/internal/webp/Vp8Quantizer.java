package dev.embedonce.image.internal.webp;

/** The quantisation steps of one segment: of the first coefficient and of the others, for each kind of block. */
// Source: RFC 6386, sections 9.6 and 14.1
final class Vp8Quantizer {
    final int lumaDc;
    final int lumaAc;
    final int secondDc;
    final int secondAc;
    final int chromaDc;
    final int chromaAc;

    /** The steps for a base index and the differences for luma DC, second-order DC and AC, chroma DC and AC. */
    Vp8Quantizer(int index, int[] deltas) {
        lumaDc = Vp8Tables.dc(index + deltas[0], 127);
        lumaAc = Vp8Tables.ac(index);
        secondDc = 2 * Vp8Tables.dc(index + deltas[1], 127);
        secondAc = Math.max(8, Vp8Tables.ac(index + deltas[2]) * 155 / 100);
        chromaDc = Vp8Tables.dc(index + deltas[3], 117);
        chromaAc = Vp8Tables.ac(index + deltas[4]);
    }
}
