/** Streaming metrics in bounded memory: mergeable, and written with a version. */
@NullMarked
package io.tamor.model.metric;

import org.jspecify.annotations.NullMarked;
