package io.tamor.jobs.io;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResumableSourceTest {
    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void aJobGoesOnAsItRanOrNotAtAll(boolean ran, boolean goesOn) {
        TopicPartition partition = new TopicPartition("clicks", 2);
        KafkaPartitionSplit split =
                ran
                        ? new KafkaPartitionSplit(partition, 3, 9)
                        : new KafkaPartitionSplit(partition, 3);
        KafkaSourceEnumState state = new KafkaSourceEnumState(List.of(split), List.of(), true);
        if (ran == goesOn) {
            assertThatCode(() -> ResumableSource.requireSameEnd(state, goesOn))
                    .doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> ResumableSource.requireSameEnd(state, goesOn))
                    .hasMessageContaining(ran ? "ran with --bounded" : "ran without --bounded")
                    .hasMessageContaining("clicks-2")
                    .hasMessageContaining("go on as before");
        }
    }
}
