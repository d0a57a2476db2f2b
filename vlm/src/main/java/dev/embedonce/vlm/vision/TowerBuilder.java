package dev.embedonce.vlm.vision;

import dev.embedonce.error.ModelLoadException;
import dev.embedonce.graph.blocks.NameLayout;
import dev.embedonce.graph.blocks.Parameters;
import dev.embedonce.graph.onnx.OnnxGraph;
import dev.embedonce.graph.runtime.OnnxSession;
import dev.embedonce.model.ModelConfig;
import dev.embedonce.model.tower.PatchFeeds;
import dev.embedonce.model.tower.TowerGraph;
import dev.embedonce.value.Tensor;
import dev.embedonce.vlm.load.FamilyFiles;
import dev.embedonce.vlm.load.FamilyOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A family's tower while it is built: its graph, and in the end its session. Not thread-safe; single use. */
public final class TowerBuilder extends TowerGraph {
    private static final String FINGERPRINT_TAG = "embedonce.vision-tower.v2";

    private final FamilyFiles files;
    private final FamilyOptions options;

    /**
     * Starts a tower.
     *
     * @param architecture the name in the fingerprint, such as {@code llava.vision}
     * @param revision of the tower's own part of the graph and of its inputs, see {@link
     *     dev.embedonce.graph.onnx.GraphBuilder#uses}
     * @param config recorded, and read for nothing but the tower
     * @param layouts the ways in which checkpoints name the tensors
     * @param probes tensors that tell the layouts apart
     */
    public TowerBuilder(
            String architecture,
            int revision,
            ModelConfig config,
            FamilyFiles files,
            FamilyOptions options,
            List<NameLayout> layouts,
            String... probes) {
        super(
                architecture,
                revision,
                config,
                Parameters.resolve(files.weights(), layouts, probes),
                new Options(options.towerMode(), options.linearWeights(), options.digester()));
        this.files = files;
        this.options = options;
    }

    /**
     * Ends the graph, whose inputs are the picture's own and what is computed from its grid of patches.
     *
     * @param grid of a picture
     * @param parts what is computed from it; their revisions become part of the model version
     */
    public VisionTower openOverGrid(Function<ProcessedImage, PatchFeeds.Grid> grid, PatchFeeds... parts) {
        List<PatchFeeds> all = List.of(parts);
        all.forEach(part -> ops().graph().uses(part.block(), part.revision()));
        return open(image -> {
            PatchFeeds.Grid patches = grid.apply(image);
            Map<String, Tensor> feeds = new HashMap<>(image.inputs());
            all.forEach(part -> part.put(patches.rows(), patches.columns(), feeds));
            return feeds;
        });
    }

    /**
     * Ends the graph. It is opened when its first picture comes.
     *
     * @param feeds the graph's inputs for one picture, without the batch axis; how they are computed is covered by the
     *     tower's own revision
     */
    public VisionTower open(Function<ProcessedImage, Map<String, Tensor>> feeds) {
        return openInRuns(image -> List.of(feeds.apply(image)));
    }

    /**
     * As {@link #open}, for pictures that are encoded in pieces of different sizes.
     *
     * @param feeds the graph's inputs for each piece of a picture; their features follow each other
     */
    public VisionTower openInRuns(Function<ProcessedImage, List<Map<String, Tensor>>> feeds) {
        OnnxGraph built = ops().graph().build();
        String version = modelVersion(built);
        LazySession session = new LazySession(() -> opened(built, version));
        return new GraphTower(session, OnnxSession.runtime(options.session().device()), version, built, feeds);
    }

    /** The session, if the weights are still those of the fingerprint once they are loaded. */
    private OnnxSession opened(OnnxGraph built, String version) {
        OnnxSession session =
                OnnxSession.open(files.directory() + " (vision)", built, options.session(options.towerMode()));
        if (!version.equals(modelVersion(built))) {
            session.close();
            throw new ModelLoadException(files.directory() + ": its weights changed after the model was opened");
        }
        return session;
    }

    private String modelVersion(OnnxGraph built) {
        return fingerprint(digest(FINGERPRINT_TAG), built);
    }
}
