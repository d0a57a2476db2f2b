package dev.embedonce.vlm.family.llava_bunny;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.image.process.HfImageProcessors;
import dev.embedonce.image.process.PixelOptions;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.vision.PlainProcessing;

/**
 * SigLIP's processor, as {@code preprocessor_config.json} has it or, without that file (as published), as it is for the
 * tower. If the model's config says so, pictures are first centred on a square of the mean colour, which is what
 * {@code LlavaImageProcessor} does.
 */
// Source: BAAI-DCAI/Bunny, bunny/util/mm_utils.py, process_images, expand2square
final class BunnyPictures {
    private static final String FILE = "preprocessor_config.json";

    private BunnyPictures() {}

    /**
     * Reads the settings.
     *
     * @param side of the tower's pictures in pixels
     */
    static PlainProcessing read(FamilyFiles files, PixelOptions options, int side) {
        String ratio = files.config().oneOf("image_aspect_ratio", "square", "pad");
        ObjectNode settings = defaults(side);
        files.json().object(FILE).properties().forEach(field -> settings.set(field.getKey(), field.getValue()));
        if (ratio.equals("pad")) {
            padded(settings, files);
        }
        return PlainProcessing.of(HfImageProcessors.parse(settings.toString(), null, options));
    }

    private static ObjectNode defaults(int side) {
        ObjectNode settings = JsonNodeFactory.instance.objectNode();
        settings.put("image_processor_type", "SiglipImageProcessor").put("resample", 3);
        settings.putArray("image_mean").add(0.5).add(0.5).add(0.5);
        settings.putArray("image_std").add(0.5).add(0.5).add(0.5);
        settings.putObject("size").put("height", side).put("width", side);
        return settings;
    }

    private static void padded(ObjectNode settings, FamilyFiles files) {
        JsonNode size = settings.path("size");
        String type = settings.path("image_processor_type").asText();
        if (!type.startsWith("SiglipImageProcessor") || !size.path("height").equals(size.path("width"))) {
            throw new ModelLoadException(files.directory().resolve(FILE)
                    + ": image_processor_type, size: expected a SiglipImageProcessor with a square size, since"
                    + " image_aspect_ratio of config.json is pad; found " + type + ", " + size);
        }
        int side = size.path("height").asInt();
        settings.put("image_processor_type", "LlavaImageProcessor")
                .put("do_pad", true)
                .put("do_center_crop", false)
                .putObject("size")
                .put("shortest_edge", side);
    }
}
