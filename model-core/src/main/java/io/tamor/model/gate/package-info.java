/** Whether a candidate is fit to be served: judged by metrics of it and of the live version. */
@NullMarked
package io.tamor.model.gate;

import org.jspecify.annotations.NullMarked;
