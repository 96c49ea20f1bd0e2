/** The models as a plain library: no Flink, no Kafka, no Avro. */
@NullMarked
package io.tamor.model;

import org.jspecify.annotations.NullMarked;
