/** Public data sets as event streams. */
@NullMarked
package io.tamor.quickstart.dataset;

import org.jspecify.annotations.NullMarked;
