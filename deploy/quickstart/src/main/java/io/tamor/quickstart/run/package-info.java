/** One run of the whole system on this machine, from events to report. */
@NullMarked
package io.tamor.quickstart.run;

import org.jspecify.annotations.NullMarked;
