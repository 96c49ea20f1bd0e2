/** How fast the library is on this machine, beside what the machine can do. */
@NullMarked
package io.tamor.model.benchmark;

import org.jspecify.annotations.NullMarked;
