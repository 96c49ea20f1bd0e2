package io.tamor.jobs.learner;

import io.tamor.jobs.io.SerializerTypeInfo;
import java.lang.reflect.Type;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInfoFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * A record of the samples topic as it was read, with where it was, so that one that cannot be used
 * can be found again.
 */
@TypeInfo(ConsumedSample.TypeFactory.class)
public final class ConsumedSample {
    /** The record's key: the user. */
    public String userId = "";

    /** The partition it was read from. */
    public int partition;

    /** Its offset. */
    public long offset;

    /** Its timestamp: the sample's maturity, epoch milliseconds. */
    public long timestampMs;

    /** The sample's wire bytes. */
    public byte[] payload = {};

    /** Its type between operators. */
    public static final class TypeFactory extends TypeInfoFactory<ConsumedSample> {
        @Override
        public TypeInformation<ConsumedSample> createTypeInfo(
                Type type, Map<String, TypeInformation<?>> parameters) {
            return new SerializerTypeInfo<>(
                    ConsumedSample.class, ConsumedSampleSerializer.INSTANCE);
        }
    }
}
