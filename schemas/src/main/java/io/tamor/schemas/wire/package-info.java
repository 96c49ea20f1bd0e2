/** Bytes of the records on topics: Avro single-object encoding, readable across versions. */
@NullMarked
package io.tamor.schemas.wire;

import org.jspecify.annotations.NullMarked;
