package dev.embedonce.lab.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ObjFormatTest {
    private static final String SQUARE = "v 0 0 0\nv 1 0 0\nv 1 1 0 1.0\nv 0 1 0\n";

    @ParameterizedTest
    @ValueSource(
            strings = {"f 1 2 3 4", "f 1/1 2/2 3/3 4/4", "f 1//9 2//9 3//9 4//9", "f -4 -3 -2 -1", "  f 1 2 3 4 # front"
            })
    void parse_waysToWriteAFace_givesTwoTriangles(String face) {
        Mesh mesh = ObjFormat.parse("x.obj", "mtllib x.mtl\no thing\n" + SQUARE + "vn 0 0 1\ns off\n" + face + "\n");
        assertThat(mesh.vertexCount()).isEqualTo(4);
        assertThat(mesh.triangles()).containsExactly(0, 1, 2, 0, 2, 3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "f 1 2 5 | x.obj, line 5: vertex 5; there are 4 so far, from 1",
                "f 0 1 2 | x.obj, line 5: vertex 0; there are 4 so far, from 1",
                "f -5 1 2 | x.obj, line 5: vertex -5; there are 4 so far, from 1",
                "f 1 2 | x.obj, line 5: a face has three corners or more; found 2",
                "f a b c | x.obj, line 5: expected a vertex number; found 'a'",
                "v 1 2 | x.obj, line 5: the line ends; expected a coordinate",
                "g nothing | x.obj, line 1: no face anywhere in the file"
            })
    void parse_brokenFile_isRefusedByLine(String line, String message) {
        assertThatThrownBy(() -> ObjFormat.parse("x.obj", SQUARE + line))
                .isInstanceOf(MeshFormatException.class)
                .hasMessage(message);
    }

    @Test
    void parse_emptyFile_isRefused() {
        assertThatThrownBy(() -> ObjFormat.parse("x.obj", "")).isInstanceOf(MeshFormatException.class);
    }
}
