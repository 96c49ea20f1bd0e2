package io.tamor.quickstart.benchmark;

import io.tamor.jobs.timeline.logic.EventKind;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.bridge.java.StreamStatementSet;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.api.config.ExecutionConfigOptions;
import org.apache.flink.table.api.config.OptimizerConfigOptions;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;

/**
 * The same labels as Flink SQL. In its favour: rows are made as SQL's own binary-ready rows, not
 * decoded; features come ready with the impression; nothing is ordered, checked or counted; results
 * are dropped without being encoded.
 */
final class SqlVariant {
    /** Longer than any run: state expires in processing time, and labels must not be lost. */
    private static final Duration EXPIRY = Duration.ofHours(12);

    private static final LogicalType TEXT = DataTypes.STRING().getLogicalType();
    private static final LogicalType TIME = DataTypes.TIMESTAMP_LTZ(3).notNull().getLogicalType();
    private static final RowType IMPRESSION =
            RowType.of(
                    new LogicalType[] {
                        TEXT, TEXT, TEXT, TEXT, DataTypes.BYTES().getLogicalType(), TIME
                    },
                    new String[] {
                        "impression_id", "user_id", "item_id", "scenario", "features", "ts"
                    });
    private static final RowType OUTCOME =
            RowType.of(
                    new LogicalType[] {TEXT, DataTypes.BIGINT().getLogicalType(), TIME},
                    new String[] {"impression_id", "amount", "ts"});

    private static final List<String> TASK_FIELDS =
            List.of("click", "conversion", "investment", "large_investment");

    private SqlVariant() {}

    /** Wires it; a tally, where there is one, takes each row and each retraction. */
    static void define(
            StreamExecutionEnvironment environment,
            DataStream<Long> cycles,
            Workload workload,
            Variant variant,
            boolean tallied) {
        StreamTableEnvironment tables = StreamTableEnvironment.create(environment);
        boolean intervals = variant == Variant.INTERVAL_JOINS;
        if (!intervals) {
            tables.getConfig()
                    .set(OptimizerConfigOptions.TABLE_OPTIMIZER_MULTI_JOIN_ENABLED, true)
                    .set(ExecutionConfigOptions.IDLE_STATE_RETENTION, EXPIRY);
        }
        for (EventKind kind : EventKind.values()) {
            RowType type = kind == EventKind.IMPRESSION ? IMPRESSION : OUTCOME;
            DataStream<RowData> rows =
                    cycles.flatMap(new SqlRows(kind, workload)).returns(InternalTypeInfo.of(type));
            Schema.Builder schema = Schema.newBuilder();
            if (intervals) {
                schema.watermark("ts", "SOURCE_WATERMARK()");
            }
            tables.createTemporaryView(kind.stream(), rows, schema.build());
        }
        String query = query(intervals);
        if (tallied) {
            tables.toChangelogStream(tables.sqlQuery(query))
                    .map(SqlVariant::tallied)
                    .returns(Types.LONG)
                    .sinkTo(new DiscardingSink<>());
        } else {
            tables.executeSql(
                    """
                    CREATE TEMPORARY TABLE labels (impression_id STRING, user_id STRING,
                      item_id STRING, scenario STRING, features BYTES, ts TIMESTAMP_LTZ(3),
                      click BOOLEAN, conversion BOOLEAN, investment BOOLEAN,
                      large_investment BOOLEAN, amount BIGINT) WITH ('connector' = 'blackhole')
                    """);
            StreamStatementSet insert = tables.createStatementSet();
            insert.addInsertSql("INSERT INTO labels " + query);
            insert.attachAsDataStream();
        }
    }

    private static Long tallied(Row row) {
        long count =
                row.getKind() == RowKind.INSERT || row.getKind() == RowKind.UPDATE_AFTER ? 1 : -1;
        for (int task = 0; task < TASK_FIELDS.size(); task++) {
            if (row.getField(TASK_FIELDS.get(task)) == Boolean.TRUE) {
                LabelTally.OF_PROCESS.add(task, count);
            }
        }
        if (row.getField("amount") instanceof Long amount) {
            LabelTally.OF_PROCESS.row(amount, count);
        }
        return count;
    }

    private static String query(boolean intervals) {
        return """
        SELECT i.impression_id, i.user_id, i.item_id, i.scenario, i.features, i.ts,
          c.impression_id IS NOT NULL AS click,
          c.impression_id IS NOT NULL AND v.impression_id IS NOT NULL AS conversion,
          n.amount IS NOT NULL AS investment,
          COALESCE(n.amount > 10000, FALSE) AS large_investment,
          COALESCE(n.amount, 0) AS amount
        FROM impressions i
        LEFT JOIN clicks c ON c.impression_id = i.impression_id%s
        LEFT JOIN conversions v ON v.impression_id = i.impression_id%s
        LEFT JOIN investments n ON n.impression_id = i.impression_id%s
        """
                .formatted(
                        within(intervals, "c", "'15' MINUTE"),
                        within(intervals, "v", "'1' DAY"),
                        within(intervals, "n", "'3' DAY"));
    }

    private static String within(boolean intervals, String alias, String window) {
        return intervals
                ? String.format(" AND %1$s.ts BETWEEN i.ts AND i.ts + INTERVAL %2$s", alias, window)
                : "";
    }
}
