package dev.embedonce.server.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublicAddressesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "10.1.2.3",
                "100.64.0.1",
                "100.127.255.255",
                "127.0.0.1",
                "127.255.0.1",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "192.0.0.8",
                "192.0.2.1",
                "192.88.99.1",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.1",
                "203.0.113.9",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "fe80::1",
                "fc00::1",
                "fd12::1",
                "ff02::1",
                "::ffff:10.0.0.1",
                "64:ff9b::a00:1",
                "2002:a00:1::",
                "2001::1",
                "2001:db8::1",
                "100::1",
                "4000::1"
            })
    void isPublic_specialAddresses_no(String address) throws UnknownHostException {
        for (InetAddress one : InetAddress.getAllByName(address)) {
            assertThat(PublicAddresses.isPublic(one)).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "100.63.255.255",
                "100.128.0.1",
                "172.15.0.1",
                "172.32.0.1",
                "192.0.1.1",
                "198.17.0.1",
                "198.20.0.1",
                "223.255.255.1",
                "2606:4700::1111",
                "2a00:1450:4001::1"
            })
    void isPublic_others_yes(String address) throws UnknownHostException {
        for (InetAddress one : InetAddress.getAllByName(address)) {
            assertThat(PublicAddresses.isPublic(one)).isTrue();
        }
    }

    @Test
    void allows_entries_matchHostAndPort() {
        AllowedHosts hosts = AllowedHosts.of(List.of("a.example", "*.b.example", "c.example:8443", "[::1]:9000"));

        assertThat(hosts.allows(URI.create("http://a.example/x"))).isTrue();
        assertThat(hosts.allows(URI.create("https://A.EXAMPLE/x"))).isTrue();
        assertThat(hosts.allows(URI.create("https://a.example:8443/x"))).isFalse();
        assertThat(hosts.allows(URI.create("https://x.y.b.example/"))).isTrue();
        assertThat(hosts.allows(URI.create("https://b.example/"))).isFalse();
        assertThat(hosts.allows(URI.create("https://xb.example/"))).isFalse();
        assertThat(hosts.allows(URI.create("https://c.example:8443/"))).isTrue();
        assertThat(hosts.allows(URI.create("https://c.example/"))).isFalse();
        assertThat(hosts.allows(URI.create("http://[::1]:9000/"))).isTrue();
        assertThat(hosts.namesAddress("::1", 9000)).isTrue();
        assertThat(hosts.namesAddress("a.example", 80)).isFalse();
        assertThatThrownBy(() -> AllowedHosts.of(List.of("*"))).isInstanceOf(IllegalArgumentException.class);
    }
}
