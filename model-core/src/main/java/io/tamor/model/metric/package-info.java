/** Quality of predictions on a stream: bounded memory, mergeable, per task, tier and scenario. */
@NullMarked
package io.tamor.model.metric;

import org.jspecify.annotations.NullMarked;
