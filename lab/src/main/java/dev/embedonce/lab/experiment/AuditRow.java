package dev.embedonce.lab.experiment;

/**
 * The result of one way in which a cache can go wrong.
 *
 * @param change what was changed
 * @param images how many it was done to
 * @param noticed for how many the cache did not answer with an entry of another image, model or preprocessing, or one
 *     that was tampered with; in the row where only the name has changed, for how many it <em>did</em> answer
 * @param wrong answers afterwards that are not the encoder's vector for these very bytes
 * @param stalePathKey how many a cache with the path as its key would have answered wrongly; -1 where that does not
 *     apply
 * @param stalePathSizeTimeKey the same for one whose key is path, size and modification time
 * @param detectMicros median time from passing an image's bytes to knowing whether there is an answer
 * @param by what notices it
 * @param when it is noticed
 */
public record AuditRow(
        String change,
        int images,
        int noticed,
        int wrong,
        int stalePathKey,
        int stalePathSizeTimeKey,
        double detectMicros,
        String by,
        String when) {}
