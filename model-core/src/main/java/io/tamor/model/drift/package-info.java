/** Whether a stream's mean has changed. */
@NullMarked
package io.tamor.model.drift;

import org.jspecify.annotations.NullMarked;
