package dev.embedonce.lab.render;

import dev.embedonce.lab.mesh.ParametricMeshes;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;

/** Draws some objects of every class on one sheet, to be looked at: {@code ContactSheet FILE.png [OBJECTS] [SIDE]}. */
final class ContactSheet {
    private ContactSheet() {}

    public static void main(String[] args) throws IOException {
        int objects = args.length > 1 ? Integer.parseInt(args[1]) : 8;
        int side = args.length > 2 ? Integer.parseInt(args[2]) : 112;
        List<String> categories = ParametricMeshes.categories();
        BufferedImage sheet = new BufferedImage(objects * side, categories.size() * side, BufferedImage.TYPE_INT_RGB);
        Renderer renderer = new Renderer(side);
        long start = System.nanoTime();
        for (int row = 0; row < categories.size(); row++) {
            for (int i = 0; i < objects; i++) {
                BufferedImage picture = renderer.render(
                                ParametricMeshes.mesh(categories.get(row), i + 1, 20260416), View.onRing(i % 8, 8))
                        .toBufferedImage();
                sheet.getGraphics().drawImage(picture, i * side, row * side, null);
            }
        }
        System.out.println((System.nanoTime() - start) / 1_000_000 + " ms");
        ImageIO.write(sheet, "png", Path.of(args[0]).toFile());
    }
}
