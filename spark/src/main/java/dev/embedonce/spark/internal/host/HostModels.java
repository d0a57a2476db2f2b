package dev.embedonce.spark.internal.host;

import dev.embedonce.encoder.ImageEncoders;
import dev.embedonce.error.ModelLoadException;
import dev.embedonce.key.FramedDigest;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.deploy.SparkHadoopUtil;

/** Brings models to this host. */
final class HostModels {
    private HostModels() {}

    /**
     * What to open: a folder on Hadoop storage is copied once a host, and removed by the last process that used it; any
     * other name is left as it is.
     *
     * @throws ModelLoadException if it cannot be copied
     */
    static String local(String model) {
        return local(model, SparkHadoopUtil.get().conf());
    }

    static String local(String model, Configuration hadoop) {
        if (model.equals(ImageEncoders.DEFAULT) || !model.matches("[a-zA-Z][a-zA-Z0-9+.-]+:/.*")) {
            return model;
        }
        Path source = new Path(model);
        if ("file".equals(source.toUri().getScheme())) {
            return source.toUri().getPath();
        }
        try {
            FileSystem storage = source.getFileSystem(hadoop);
            Path copy = new Path(HostFolder.use(
                            "model-" + fingerprint(storage, source),
                            into -> storage.copyToLocalFile(false, source, new Path(into.toUri() + "/model"), true))
                    .resolve("model")
                    .toUri());
            return copy.toUri().getPath();
        } catch (IOException e) {
            throw new ModelLoadException("model '" + model + "' cannot be copied to this host: " + e.getMessage(), e);
        }
    }

    /** Another one if a file changes; which model it is, the encoder itself says. */
    private static String fingerprint(FileSystem storage, Path source) throws IOException {
        FramedDigest digest =
                FramedDigest.tagged("embedonce.spark.model-folder.v1").put("uri", source.toString());
        RemoteIterator<LocatedFileStatus> files = storage.listFiles(source, true);
        while (files.hasNext()) {
            FileStatus file = files.next();
            digest.put("path", file.getPath().toString())
                    .put("bytes", file.getLen())
                    .put("modified", file.getModificationTime());
        }
        return digest.hexDigest().substring(0, 32);
    }
}
