package io.tamor.model.gate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the gate said of a candidate.
 *
 * @param passed false: it is kept as rejected and not announced
 * @param against version it was compared with; null where none was live
 * @param reasons every bound it broke; empty where it passed
 * @param slices what was judged; empty where no slice had labels enough
 */
public record GateReport(
        boolean passed, @Nullable Long against, List<String> reasons, List<SliceReport> slices) {
    public GateReport {
        reasons = List.copyOf(reasons);
        slices = List.copyOf(slices);
    }

    /** The reasons in one line. */
    public String reason() {
        return String.join("; ", reasons);
    }
}
