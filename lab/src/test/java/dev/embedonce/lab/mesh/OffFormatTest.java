package dev.embedonce.lab.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OffFormatTest {
    private static final String SQUARE = "0 0 0\n1 0 0\n1 1 0\n0 1 0\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OFF\n4 2 0\n",
                "OFF4 2 0\n",
                "OFF 4 2 0\n",
                "# made by hand\nOFF # the word\n\n4 2 0 # counts\n\n",
                "OFF\r\n4 2 0\r\n"
            })
    void parse_headersOfRealFiles_readsTheMesh(String header) {
        Mesh mesh = OffFormat.parse("square.off", header + SQUARE + "3 0 1 2\n3 0 2 3\n");
        assertThat(mesh.vertices()).containsExactly(0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0);
        assertThat(mesh.triangles()).containsExactly(0, 1, 2, 0, 2, 3);
    }

    @Test
    void parse_quadWithColour_becomesTwoTriangles() {
        Mesh mesh = OffFormat.parse("square.off", "OFF\n4 1 4\n" + SQUARE + "4  0 1 2 3  255 0 0\n");
        assertThat(mesh.triangles()).containsExactly(0, 1, 2, 0, 2, 3);
    }

    @Test
    void parse_scientificNumbers_readsThem() {
        Mesh mesh = OffFormat.parse("x.off", "OFF\n3 1 0\n1e-3 -2.5E+1 0\n0 1 0\n0 0 1\n3 0 1 2\n");
        assertThat(mesh.vertices()).startsWith(0.001, -25, 0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PLY~4 2 0~ | x.off, line 1: expected the word OFF; found 'PLY'",
                "OFF~four 2 0~ | x.off, line 2: expected the number of vertices; found 'four'",
                "OFF~4~ | x.off, line 2: the line ends; expected the number of faces",
                "OFF~-1 2 0~ | x.off, line 2: expected the number of vertices; found -1",
                "OFF~2 1 0~0 0 0~1 0~ | x.off, line 4: the line ends; expected a coordinate",
                "OFF~2 1 0~0 0 0~1 0 nan~ | x.off, line 4: expected a coordinate; found 'nan'",
                "OFF~3 1 0~0 0 0~1 0 0~1 1 0~ | x.off, line 6: the file ends; expected face 1 of 1",
                "OFF~3 1 0~0 0 0~1 0 0~1 1 0~3 0 1 3~ | x.off, line 6: vertex 3; there are 3, from 0",
                "OFF~3 1 0~0 0 0~1 0 0~1 1 0~2 0 1~ | x.off, line 6: a face has three corners or more; found 2",
                "OFF~3 1 0~0 0 0~1 0 0~1 1 0~4 0 1 2~ | x.off, line 6: a face of 4 corners with 3 numbers",
                "OFF~3 1 0~0 0 0~1 0 0~1 1 0~3 0 1 2~3 0 1 2~ | x.off, line 7: more lines than the 3 vertices and 1 faces that the file announces"
            })
    void parse_brokenFile_isRefusedByLine(String text, String message) {
        assertThatThrownBy(() -> OffFormat.parse("x.off", text.replace('~', '\n')))
                .isInstanceOf(MeshFormatException.class)
                .hasMessage(message);
    }

    @Test
    void format_readBack_isTheSameMesh() {
        Mesh chair = ParametricMeshes.mesh("chair", 3, 1);
        Mesh again = OffFormat.parse("chair.off", OffFormat.format(chair));
        assertThat(again.triangles()).isEqualTo(chair.triangles());
        for (int i = 0; i < chair.vertices().length; i++) {
            assertThat(again.vertices()[i]).isCloseTo(chair.vertices()[i], within(5.1e-7));
        }
    }
}
