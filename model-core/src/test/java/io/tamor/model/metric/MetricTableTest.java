package io.tamor.model.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tamor.model.TestingModels;
import io.tamor.model.config.ModelSpec;
import io.tamor.model.config.NetworkSpec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MetricTableTest {
    private static final ModelSpec SPEC = TestingModels.spec(NetworkSpec.SHARED_BOTTOM);
    private static final int CLICK = SPEC.task("click");
    private static final int AMOUNT = SPEC.task("amount");
    private static final long DAY = Duration.ofDays(1).toMillis();

    private static MetricTable table(long seed, int labels) {
        MetricTable table = new MetricTable(SPEC);
        Random random = new Random(seed);
        for (int i = 0; i < labels; i++) {
            int tier = random.nextInt(SPEC.input().tiers().size());
            int scenario = random.nextInt(SPEC.input().scenarios().size());
            table.add(CLICK, tier, scenario, random.nextFloat(), random.nextInt(2), 1);
            table.add(AMOUNT, tier, scenario, 100 * random.nextFloat(), random.nextInt(90), 1);
        }
        return table;
    }

    @Test
    void aLabelCountsInItsSliceAndInThoseOfAll() {
        MetricTable table = new MetricTable(SPEC);
        table.add(CLICK, 1, 0, 0.7, 1, 1);
        table.add(CLICK, 0, 0, 0.2, 0, 1);
        table.add(AMOUNT, 1, 1, 10, 20, 1);
        assertThat(table.rows())
                .extracting(r -> r.task() + " " + r.tier() + " " + r.scenario() + " " + r.count())
                .containsExactly(
                        "click none fund 1",
                        "click none all 1",
                        "click low fund 1",
                        "click low all 1",
                        "click all fund 2",
                        "click all all 2",
                        "amount low stock 1",
                        "amount low all 1",
                        "amount all stock 1",
                        "amount all all 1");
        assertThat(table.rows().get(5).values()).containsEntry("auc", 1.0);
        assertThat(table.rows().get(9).values()).containsEntry("mae", 10.0);
        assertThat(table.binary(CLICK, MetricTable.ALL, 1)).isNull();
        assertThatThrownBy(() -> table.binary(CLICK, 3, 0)).hasMessageContaining("tier 3");
    }

    @Test
    void theSlicesOfAllAreTheSumOfTheOthers() {
        MetricTable table = table(1, 500);
        BinaryMetrics sum = new BinaryMetrics();
        for (int tier = 0; tier < SPEC.input().tiers().size(); tier++) {
            for (int scenario = 0; scenario < SPEC.input().scenarios().size(); scenario++) {
                sum.merge(table.binary(CLICK, tier, scenario));
            }
        }
        BinaryMetrics all = table.binary(CLICK, MetricTable.ALL, MetricTable.ALL);
        assertThat(all.count()).isEqualTo(500);
        assertThat(sum.auc()).isCloseTo(all.auc(), within(1e-12));
    }

    @Test
    void mergedTablesAreTheWhole() {
        MetricTable merged = table(1, 300);
        merged.merge(table(2, 200));
        assertThat(merged.binary(CLICK, MetricTable.ALL, MetricTable.ALL).count()).isEqualTo(500);
        assertThat(merged.amount(AMOUNT, MetricTable.ALL, MetricTable.ALL).count()).isEqualTo(500);
        MetricTable other = new MetricTable(TestingModels.spec(NetworkSpec.MMOE, 4));
        assertThatThrownBy(() -> merged.merge(other)).hasMessageContaining("cannot be added");
    }

    @Test
    void aTableIsReadBitForBit() throws IOException {
        MetricTable table = table(3, 300);
        byte[] bytes = bytes(table);
        MetricTable read = new MetricTable(SPEC);
        read.read(input(bytes));
        assertThat(bytes(read)).isEqualTo(bytes);
        assertThat(read.rows()).isEqualTo(table.rows());
    }

    @Test
    void aTableGoesOnInAModelThatHasGrownAndNotTheOtherWayRound() throws IOException {
        MetricTable table = table(3, 300);
        MetricTable grown = new MetricTable(TestingModels.spec(NetworkSpec.SHARED_BOTTOM, 4));
        grown.read(input(bytes(table)));
        assertThat(grown.rows()).isEqualTo(table.rows());
        grown.add(CLICK, 3, 1, 0.5, 1, 1);
        assertThat(grown.binary(CLICK, 3, MetricTable.ALL).count()).isEqualTo(1);
        byte[] bytes = bytes(grown);
        assertThatThrownBy(() -> table.read(input(bytes)))
                .hasMessageContaining("wanted")
                .hasMessageContaining("tiers [none, low, high]")
                .hasMessageContaining("tiers [none, low, high, tier3]");
    }

    @Test
    void windowsCloseByEventTimeAndLateLabelsCountInTheTotal() {
        MetricWindows windows = new MetricWindows(SPEC, Duration.ofDays(1), 2);
        windows.add(10, CLICK, 0, 0, 0.5, 1, 1);
        windows.add(DAY + 5, CLICK, 0, 0, 0.5, 1, 1);
        windows.add(11, CLICK, 0, 0, 0.5, 0, 1);
        assertThat(windows.takeClosed()).isEmpty();
        windows.add(2 * DAY, CLICK, 0, 0, 0.5, 1, 1);
        List<MetricWindows.MetricWindow> closed = windows.takeClosed();
        assertThat(closed).hasSize(1);
        assertThat(closed.get(0).fromMs()).isZero();
        assertThat(closed.get(0).toMs()).isEqualTo(DAY);
        assertThat(closed.get(0).rows().get(0).count()).isEqualTo(2);
        windows.add(12, CLICK, 0, 0, 0.5, 0, 1);
        assertThat(windows.lateCount()).isEqualTo(1);
        assertThat(windows.total().binary(CLICK, 0, 0).count()).isEqualTo(5);
        assertThat(windows.closeAll())
                .extracting(MetricWindows.MetricWindow::fromMs)
                .containsExactly(DAY, 2 * DAY);
    }

    @Test
    void windowsAreReadAndMergedAsIfNothingHadHappened() throws IOException {
        MetricWindows windows = new MetricWindows(SPEC, Duration.ofDays(1), 3);
        MetricWindows other = new MetricWindows(SPEC, Duration.ofDays(1), 3);
        Random random = new Random(4);
        for (int i = 0; i < 200; i++) {
            MetricWindows one = i % 3 == 0 ? other : windows;
            one.add(random.nextInt((int) (3 * DAY)), CLICK, 0, 0, random.nextFloat(), i % 2, 1);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        windows.write(new DataOutputStream(out));
        MetricWindows read = new MetricWindows(SPEC, Duration.ofDays(1), 3);
        read.read(input(out.toByteArray()));
        read.merge(other);
        windows.merge(other);
        assertThat(read.total().rows()).isEqualTo(windows.total().rows());
        assertThat(figures(read.closeAll())).isEqualTo(figures(windows.closeAll()));
        assertThat(read.total().binary(CLICK, 0, 0).count()).isEqualTo(200);
        MetricWindows hours = new MetricWindows(SPEC, Duration.ofHours(1), 3);
        assertThatThrownBy(() -> hours.read(input(out.toByteArray())))
                .hasMessageContaining("windows of 3600000 ms, found 86400000");
        assertThatThrownBy(() -> hours.merge(windows)).hasMessageContaining("cannot be added");
    }

    private static Map<Long, List<MetricRow>> figures(List<MetricWindows.MetricWindow> windows) {
        return windows.stream()
                .collect(
                        Collectors.toMap(
                                MetricWindows.MetricWindow::fromMs,
                                MetricWindows.MetricWindow::rows));
    }

    /** Labels as those of the stored files of version 1. */
    private static void addStored(MetricTable table, @Nullable MetricWindows windows) {
        Random random = new Random(3);
        for (int i = 0; i < 60; i++) {
            int tier = random.nextInt(SPEC.input().tiers().size());
            int scenario = random.nextInt(SPEC.input().scenarios().size());
            float probability = random.nextFloat();
            int clicked = random.nextInt(2);
            float yuan = 100 * random.nextFloat();
            int invested = random.nextInt(90);
            table.add(CLICK, tier, scenario, probability, clicked, 1);
            table.add(AMOUNT, tier, scenario, yuan, invested, 1);
            if (windows != null) {
                windows.add(i * DAY / 24, CLICK, tier, scenario, probability, clicked, 1);
                windows.add(i * DAY / 24, AMOUNT, tier, scenario, yuan, invested, 1);
            }
        }
    }

    @Test
    void aTableOfVersion1HasTheSameCells() throws IOException {
        MetricTable expected = new MetricTable(SPEC);
        addStored(expected, null);
        MetricTable read = new MetricTable(SPEC);
        read.read(input(resource("table-v1.bin")));
        assertThat(read.rows()).isEqualTo(expected.rows());
    }

    @Test
    void windowsOfVersion1KeepTheirTotalAndBeginAnew() throws IOException {
        MetricTable expected = new MetricTable(SPEC);
        MetricWindows windows = new MetricWindows(SPEC, Duration.ofDays(1), 1);
        addStored(expected, windows);
        MetricWindows read = new MetricWindows(SPEC, Duration.ofDays(1), 1);
        read.read(input(resource("windows-v1.bin")));
        assertThat(read.total().rows()).isEqualTo(expected.rows());
        assertThat(read.openWindows()).isEmpty();
        read.add(60 * DAY / 24, CLICK, 0, 0, 0.5, 1, 1);
        assertThat(read.total().count(CLICK)).isEqualTo(61);
        assertThat(read.openWindows().firstEntry().getValue().count(CLICK)).isEqualTo(1);
    }

    private static byte[] resource(String name) throws IOException {
        return Files.readAllBytes(Path.of("src", "test", "resources", "metric", name));
    }

    private static byte[] bytes(MetricTable table) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        table.write(new DataOutputStream(out));
        return out.toByteArray();
    }

    private static DataInputStream input(byte[] bytes) {
        return new DataInputStream(new ByteArrayInputStream(bytes));
    }
}
