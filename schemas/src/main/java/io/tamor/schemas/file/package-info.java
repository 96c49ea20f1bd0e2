/** Records in files: Avro object container files, readable across versions. */
@NullMarked
package io.tamor.schemas.file;

import org.jspecify.annotations.NullMarked;
