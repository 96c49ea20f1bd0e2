package io.tamor.jobs.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.tamor.schemas.RejectedRecord;
import io.tamor.schemas.RejectionCause;
import io.tamor.schemas.wire.RecordWire;
import org.junit.jupiter.api.Test;

final class RejectedPayloadTest {
    private static RejectedRecord of(int bytes, String detail) {
        RejectedRecord.Builder record =
                RejectedRecord.newBuilder()
                        .setCause(RejectionCause.INVALID)
                        .setStream("clicks")
                        .setTopic("clicks")
                        .setPartition(0)
                        .setOffset(7)
                        .setEventTimeMs(null);
        return RejectedPayload.put(record, new byte[bytes], detail).build();
    }

    @Test
    void whatIsShortIsKeptByteForByte() {
        RejectedRecord record = of(RejectedPayload.MOST_BYTES, "why");
        assertThat(record.getPayload().remaining()).isEqualTo(RejectedPayload.MOST_BYTES);
        assertThat(record.getDetail()).isEqualTo("why");
    }

    @Test
    void whatIsLongIsCutAndSaysSoAndFitsIntoAProducersRequest() {
        RejectedRecord record = of(3_000_000, "why".repeat(100_000));
        assertThat(record.getDetail()).contains("the first 524288 of 3000000 bytes");
        assertThat(RecordWire.of(RejectedRecord.class).encode(record))
                .hasSizeBetween(RejectedPayload.MOST_BYTES, 1 << 20);
        assertThat(RejectedPayload.key("u".repeat(4096))).hasSize(4096);
        assertThat(RejectedPayload.key("u".repeat(4097))).isEmpty();
    }
}
