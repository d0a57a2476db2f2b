package dev.embedonce.server.security;

import java.net.Inet4Address;
import java.net.InetAddress;

/** Distinguishes addresses of the public internet from those of this machine, its network and special uses. */
final class PublicAddresses {
    private static final int[][] SPECIAL_V4 = {
        {0, 0, 8},
        {10, 0, 8},
        {100, 64, 10},
        {127, 0, 8},
        {169, 254, 16},
        {172, 16, 12},
        {192, 168, 16},
        {198, 18, 15},
        {224, 0, 3}
    };
    private static final int[][] SPECIAL_24 = {{192, 0, 0}, {192, 0, 2}, {192, 88, 99}, {198, 51, 100}, {203, 0, 113}};

    private PublicAddresses() {}

    static boolean isPublic(InetAddress address) {
        byte[] bytes = address.getAddress();
        return address instanceof Inet4Address ? isPublicV4(bytes) : isPublicV6(bytes);
    }

    private static boolean isPublicV4(byte[] bytes) {
        int first16 = (bytes[0] & 0xFF) << 8 | (bytes[1] & 0xFF);
        for (int[] range : SPECIAL_V4) {
            int shift = 16 - range[2];
            if (first16 >> shift == (range[0] << 8 | range[1]) >> shift) {
                return false;
            }
        }
        for (int[] range : SPECIAL_24) {
            if (first16 == (range[0] << 8 | range[1]) && (bytes[2] & 0xFF) == range[2]) {
                return false;
            }
        }
        return true;
    }

    /**
     * Of IPv6 only global unicast (2000::/3), without the ranges that embed other addresses or are for documentation.
     */
    private static boolean isPublicV6(byte[] bytes) {
        int first = (bytes[0] & 0xFF) << 8 | (bytes[1] & 0xFF);
        int second = (bytes[2] & 0xFF) << 8 | (bytes[3] & 0xFF);
        boolean global = first >> 13 == 1;
        boolean special2001 = first == 0x2001 && (second < 0x0200 || second == 0x0DB8);
        boolean wraps = first == 0x2002 || first == 0x3FFE || first == 0x3FFF;
        return global && !special2001 && !wraps;
    }
}
