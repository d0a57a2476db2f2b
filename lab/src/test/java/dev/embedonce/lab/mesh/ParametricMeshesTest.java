package dev.embedonce.lab.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class ParametricMeshesTest {
    @Test
    void mesh_twentyOfEachClass_areAllDifferentAndWhole() {
        Set<String> texts = new HashSet<>();
        for (String category : ParametricMeshes.categories()) {
            for (int number = 1; number <= 20; number++) {
                Mesh mesh = ParametricMeshes.mesh(category, number, 7);
                assertThat(texts.add(OffFormat.format(mesh)))
                        .as(category + " " + number)
                        .isTrue();
                assertThat(mesh.triangleCount()).isGreaterThan(20);
                assertThat(DoubleStream.of(mesh.vertices())).allMatch(Double::isFinite);
            }
        }
        assertThat(texts).hasSize(200);
    }

    @Test
    void mesh_sameArguments_isTheSame() {
        assertThat(ParametricMeshes.mesh("car", 4, 7).vertices())
                .isEqualTo(ParametricMeshes.mesh("car", 4, 7).vertices())
                .isNotEqualTo(ParametricMeshes.mesh("car", 4, 8).vertices());
    }

    @Test
    void normalised_anyMesh_fitsTheUnitSphere() {
        double[] v = ParametricMeshes.mesh("airplane", 1, 7).normalised().vertices();
        double farthest = 0;
        for (int i = 0; i < v.length; i += 3) {
            farthest = Math.max(farthest, Math.sqrt(v[i] * v[i] + v[i + 1] * v[i + 1] + v[i + 2] * v[i + 2]));
        }
        assertThat(farthest).isCloseTo(1, within(1e-12));
    }
}
