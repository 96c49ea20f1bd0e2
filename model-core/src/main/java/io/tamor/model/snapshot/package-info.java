/** Published models as files: safetensors for the parameters, a manifest that ties all together. */
@NullMarked
package io.tamor.model.snapshot;

import org.jspecify.annotations.NullMarked;
