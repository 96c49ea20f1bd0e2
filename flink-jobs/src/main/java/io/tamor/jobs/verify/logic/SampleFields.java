package io.tamor.jobs.verify.logic;

import io.tamor.jobs.config.Deployment;
import io.tamor.jobs.config.FeatureOptions;
import io.tamor.jobs.config.SampleSchema;
import io.tamor.jobs.config.TaskOptions;
import io.tamor.schemas.Sample;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.avro.Schema;

/** Compares two samples field by field; features and labels by their names. */
final class SampleFields {
    private final SampleSchema schema;

    SampleFields(Deployment deployment) {
        this.schema = deployment.sampleSchema();
    }

    /** "field: wanted X, found Y" for each that differs. */
    List<String> differences(Sample wanted, Sample found) {
        List<String> differences = new ArrayList<>();
        for (Schema.Field field : wanted.getSchema().getFields()) {
            Object one = wanted.get(field.pos());
            Object other = found.get(field.pos());
            if (!Objects.equals(one, other)) {
                differences.addAll(named(field.name(), one, other));
            }
        }
        return differences;
    }

    private List<String> named(String field, Object wanted, Object found) {
        List<String> tasks = schema.tasks().stream().map(TaskOptions::name).toList();
        List<String> dense = schema.dense().stream().map(FeatureOptions::name).toList();
        List<String> categorical = schema.categorical().stream().map(FeatureOptions::name).toList();
        List<?> one = values(field, wanted);
        List<?> other = values(field, found);
        return switch (field) {
            case "labels", "masks", "weights" -> each(field, tasks, one, other);
            case "dense" -> each(field, dense, one, other);
            case "categorical" -> each(field, categorical, one, other);
            default -> List.of(difference(field, wanted, found));
        };
    }

    private static List<String> each(
            String field, List<String> names, List<?> wanted, List<?> found) {
        if (wanted.size() != names.size() || found.size() != names.size()) {
            return List.of(difference(field, wanted, found));
        }
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            if (!wanted.get(i).equals(found.get(i))) {
                differences.add(
                        difference(field + "." + names.get(i), wanted.get(i), found.get(i)));
            }
        }
        return differences;
    }

    private static String difference(String name, Object wanted, Object found) {
        return name + ": wanted " + wanted + ", found " + found;
    }

    private static List<?> values(String field, Object value) {
        if (value instanceof List<?> list) {
            return list;
        }
        if (!(value instanceof ByteBuffer buffer)) {
            return List.of(value);
        }
        ByteBuffer bytes = buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        try {
            return field.equals("dense") ? numbers(bytes) : hashes(bytes);
        } catch (BufferUnderflowException e) {
            return List.of("cut after " + buffer.remaining() + " bytes");
        }
    }

    private static List<Float> numbers(ByteBuffer bytes) {
        List<Float> numbers = new ArrayList<>();
        while (bytes.hasRemaining()) {
            numbers.add(bytes.getFloat());
        }
        return numbers;
    }

    private static List<List<String>> hashes(ByteBuffer bytes) {
        List<List<String>> fields = new ArrayList<>();
        while (bytes.hasRemaining()) {
            int count = Byte.toUnsignedInt(bytes.get());
            List<String> hashes = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                hashes.add(Long.toHexString(bytes.getLong()));
            }
            fields.add(hashes);
        }
        return fields;
    }
}
