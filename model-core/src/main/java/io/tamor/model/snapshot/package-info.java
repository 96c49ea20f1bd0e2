/** Models as files: tensors, the manifest that vouches for them, and the folder that holds both. */
@NullMarked
package io.tamor.model.snapshot;

import org.jspecify.annotations.NullMarked;
