package dev.embedonce.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.embedonce.codec.Corruption;
import dev.embedonce.codec.EntryCodec;
import dev.embedonce.codec.Lookup;
import dev.embedonce.codec.Stored;
import dev.embedonce.hash.ContentHash;
import dev.embedonce.key.CacheKey;
import dev.embedonce.testkit.TestEntries;
import dev.embedonce.value.Entry;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableRowTest {
    private static final EntryCodec CODEC = new EntryCodec(null);
    private static final ContentHash HASH = TestEntries.hash(1);
    private static final CacheKey KEY = TestEntries.key(1);

    private static Lookup lookup(TableRow row) {
        return row.lookup(CODEC, TestEntries.MODEL, TestEntries.PREPROC);
    }

    private static Entry numbers() {
        float[] numbers = new float[40];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i - 0.1f;
        }
        numbers[3] = Float.NaN;
        numbers[4] = -0.0f;
        numbers[5] = Float.MIN_VALUE;
        return TestEntries.vector(numbers);
    }

    private static TableRow vector() {
        return TableRow.of(HASH, TestEntries.sealed(KEY, numbers()));
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 48, 64})
    void vector_comesBackBitForBit(int digestBytes) {
        ContentHash hash = TestEntries.hash(2, digestBytes);
        Entry entry = numbers();
        Stored.Sealed record = TestEntries.sealed(KEY.withContentHash(hash), entry);

        TableRow row = TableRow.of(hash, record);

        assertThat(row.hash()).hasSize(digestBytes);
        assertThat(row.vector()).hasSize(40);
        assertThat(row.link()).isNull();
        assertThat(row.bundle()).isNull();
        assertThat(row.stored()).isEqualTo(record);
        assertThat(lookup(row)).isEqualTo(new Lookup.Hit(entry));
    }

    @Test
    void vectorWithNaNsThatWritersChange_isKeptAsBytes() {
        Entry entry = TestEntries.vector(1, Float.intBitsToFloat(0xffc00000), Float.intBitsToFloat(0x7fa00001));

        TableRow row = TableRow.of(HASH, TestEntries.sealed(KEY, entry));

        assertThat(row.vector()).isNull();
        assertThat(row.bundle()).hasSize(3 * Float.BYTES);
        assertThat(lookup(row)).isEqualTo(new Lookup.Hit(entry));
    }

    @Test
    void bundle_isASafetensorsFile_andComesBack() {
        Entry entry = TestEntries.bundle(5, 64);

        TableRow row = TableRow.of(HASH, TestEntries.sealed(KEY, entry));

        assertThat(row.vector()).isNull();
        assertThat(new String(Objects.requireNonNull(row.bundle()), 8, 2, StandardCharsets.UTF_8))
                .isEqualTo("{\"");
        assertThat(lookup(row)).isEqualTo(new Lookup.Hit(entry));
    }

    @Test
    void link_hasItsTargetAsAColumn_andComesBack() {
        ContentHash target = TestEntries.hash(9);

        TableRow row = TableRow.of(HASH, CODEC.encodeLink(KEY, target, TestEntries.provenance(1)));

        assertThat(row.link()).isEqualTo(target.toBytes());
        assertThat(row.vector()).isNull();
        assertThat(lookup(row)).isEqualTo(new Lookup.Link(target, TestEntries.provenance(1)));
    }

    @Test
    void lookup_columnsThatTheHeaderDoesNotProve_areNoAnswer() {
        TableRow row = vector();
        float[] zeros = new float[40];
        byte[] other = TestEntries.hash(2).toBytes();
        byte[] hash = row.hash();
        assertReason(new TableRow(hash, null, zeros, null, row.header()), Corruption.CHECKSUM);
        assertReason(new TableRow(hash, null, new float[39], null, row.header()), Corruption.TRUNCATED);
        assertReason(new TableRow(hash, null, null, null, row.header()), Corruption.TRUNCATED);
        assertReason(new TableRow(other, null, row.vector(), null, row.header()), Corruption.KEY_MISMATCH);
        assertReason(new TableRow(new byte[5], null, row.vector(), null, row.header()), Corruption.DAMAGED);
        assertReason(new TableRow(hash, other, row.vector(), null, row.header()), Corruption.DAMAGED);
        assertReason(new TableRow(hash, null, row.vector(), other, row.header()), Corruption.DAMAGED);
        assertReason(new TableRow(hash, null, row.vector(), null, new byte[3]), Corruption.TRUNCATED);
        TableRow link = TableRow.of(HASH, CODEC.encodeLink(KEY, TestEntries.hash(9), TestEntries.provenance(1)));
        assertReason(new TableRow(hash, other, null, null, link.header()), Corruption.DAMAGED);
        assertReason(new TableRow(hash, null, null, null, link.header()), Corruption.DAMAGED);
        assertThat(row.lookup(CODEC, "another@1", TestEntries.PREPROC)).isInstanceOf(Lookup.Corrupt.class);
    }

    private static void assertReason(TableRow row, Corruption reason) {
        assertThat(lookup(row))
                .isInstanceOfSatisfying(
                        Lookup.Corrupt.class,
                        corrupt -> assertThat(corrupt.reason()).isEqualTo(reason));
    }

    @Test
    void of_aRecordThatNobodyReads_isRefused() {
        assertThatThrownBy(() -> TableRow.of(HASH, new Stored.Sealed(new byte[8], new byte[8])))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
