package dev.embedonce.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RevisionsTest {
    private static String digest(Revisions revisions) {
        FramedDigest digest = FramedDigest.tagged("test");
        Revisions.put(digest, revisions.all());
        return digest.hexDigest();
    }

    @Test
    void order_andRepetition_doNotMatter() {
        Revisions one = new Revisions().uses("b", 2).uses("a", 1);
        Revisions other = new Revisions().uses("a", 1).uses("b", 2).uses("a", 1);

        assertThat(one.all().toString()).isEqualTo("{a=1, b=2}");
        assertThat(digest(one)).isEqualTo(digest(other));
    }

    @Test
    void aPart_orARaisedRevision_isAnotherDigest() {
        assertThat(digest(new Revisions().uses("a", 1)))
                .isNotEqualTo(digest(new Revisions().uses("a", 2)))
                .isNotEqualTo(digest(new Revisions().uses("b", 1)))
                .isNotEqualTo(digest(new Revisions().uses("a", 1).uses("b", 1)));
    }

    @Test
    void twoPartsOfOneName_areRefused() {
        Revisions revisions = new Revisions().uses("a", 1);

        assertThatThrownBy(() -> revisions.uses("a", 2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("two parts are named a, with the revisions 1 and 2");
    }
}
