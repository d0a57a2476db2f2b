package dev.embedonce.lab.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.embedonce.lab.mesh.Mesh;
import dev.embedonce.lab.mesh.OffFormat;
import dev.embedonce.lab.mesh.ParametricMeshes;
import dev.embedonce.lab.picture.Png;
import dev.embedonce.lab.picture.RgbPicture;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Golden pictures were drawn by this renderer and looked at; {@code -Dembedonce.golden.write=true} draws them anew. */
class RendererTest {
    private static final int WHITE = 0xFFFFFF;
    private static final Renderer RENDERER = new Renderer(96);

    @ParameterizedTest
    @CsvSource({"airplane, 2", "bookshelf, 7", "chair, 0", "guitar, 0", "lamp, 5", "table, 3"})
    void render_parametricMesh_equalsTheGoldenPicture(String category, int view) throws IOException {
        RgbPicture picture = RENDERER.render(ParametricMeshes.mesh(category, 1, 20260416), View.onRing(view, 8));
        String name = "golden-" + category + ".png";
        if (Boolean.getBoolean("embedonce.golden.write")) {
            Files.write(Path.of("src/test/resources/dev/embedonce/lab/render", name), Png.encode(picture));
        }
        assertThat(Png.encode(picture)).isEqualTo(Png.encode(RgbPicture.decode(golden(name))));
    }

    private static byte[] golden(String name) throws IOException {
        try (InputStream in = RendererTest.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }

    /**
     * A small square in front of a large one, listed before and after it: the order does not matter, the depth does.
     */
    @Test
    void render_nearAndFarFace_showsTheNear() {
        String far = "-4 3 -4\n4 3 -4\n4 3 4\n-4 3 4\n";
        String near = "-1 -3 -1\n1 -3 -1\n1 -1 1\n-1 -1 1\n";
        Mesh nearLast = OffFormat.parse("a", "OFF 8 2 0\n" + far + near + "4 0 1 2 3\n4 4 5 6 7\n");
        Mesh nearFirst = OffFormat.parse("b", "OFF 8 2 0\n" + far + near + "4 4 5 6 7\n4 0 1 2 3\n");
        RgbPicture one = RENDERER.render(nearLast, new View(0, 0));
        RgbPicture other = RENDERER.render(nearFirst, new View(0, 0));
        assertThat(Png.encode(one)).isEqualTo(Png.encode(other));
        assertThat(one.rgb(48, 55)).isNotEqualTo(one.rgb(25, 48)).isNotEqualTo(WHITE);
        assertThat(one.rgb(1, 1)).isEqualTo(WHITE);
    }

    /** Real meshes are wound either way. */
    @Test
    void render_faceWoundTheOtherWay_looksTheSame() {
        String square = "-1 0 -1\n1 0 -1\n1 0 1\n-1 0 1\n";
        RgbPicture one =
                RENDERER.render(OffFormat.parse("a", "OFF 4 1 0\n" + square + "4 0 1 2 3\n"), new View(0.3, 0.2));
        RgbPicture other =
                RENDERER.render(OffFormat.parse("b", "OFF 4 1 0\n" + square + "4 3 2 1 0\n"), new View(0.3, 0.2));
        assertThat(one.rgb(48, 48)).isEqualTo(other.rgb(48, 48)).isNotEqualTo(WHITE);
    }

    @Test
    void render_slantedEdge_isSmooth() {
        Mesh triangle = OffFormat.parse("t", "OFF 3 1 0\n-1 0 -1\n1 0 -1\n0.3 0 1\n3 0 1 2\n");
        RgbPicture picture = RENDERER.render(triangle, new View(0, 0));
        int inside = picture.rgb(48, 60);
        long between = 0;
        for (int y = 0; y < 96; y++) {
            for (int x = 0; x < 96; x++) {
                int rgb = picture.rgb(x, y);
                between += rgb != WHITE && rgb != inside ? 1 : 0;
            }
        }
        assertThat(between).isGreaterThan(60);
    }

    @Test
    void render_emptyMesh_isWhite() {
        RgbPicture picture = RENDERER.render(new Mesh(new double[] {0, 0, 0}, new int[0]), new View(0, 0));
        assertThat(picture.rgb(48, 48)).isEqualTo(WHITE);
    }
}
