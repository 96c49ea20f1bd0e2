package io.tamor.model.snapshot;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A snapshot as it was read: the hashes hold and the parameters fit the model.
 *
 * @param manifestSha256 hash of the manifest's bytes, which a child's manifest refers to
 * @param parameters every parameter by name
 */
public record Snapshot(
        Manifest manifest, String manifestSha256, SortedMap<String, INDArray> parameters) {
    public Snapshot {
        parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
    }
}
