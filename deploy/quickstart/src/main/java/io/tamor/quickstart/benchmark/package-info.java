/** The timeline measured beside the same labels as Flink SQL, on the same generated events. */
@NullMarked
package io.tamor.quickstart.benchmark;

import org.jspecify.annotations.NullMarked;
