package dev.embedonce.lab.experiment;

/**
 * What became of one way to go wrong.
 *
 * @param change what was done
 * @param images it was done to
 * @param noticed for how many the cache did not answer with what it had kept for another image, model, preprocessing or
 *     by another hand; in the row where nothing has changed but the name, for how many it <em>did</em> answer
 * @param wrong answers afterwards that are not the encoder's vector for these very bytes
 * @param stalePathKey what a cache that goes by the path would have answered wrongly; -1 where that says nothing
 * @param stalePathSizeTimeKey the same of one that goes by path, size and time of change
 * @param detectMicros median time from handing over an image's bytes to knowing that there is no answer, or that there
 *     is
 * @param by what notices
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
