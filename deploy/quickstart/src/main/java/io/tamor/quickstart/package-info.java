/** The whole system on one machine. */
@NullMarked
package io.tamor.quickstart;

import org.jspecify.annotations.NullMarked;
