/** Runs the jobs on a mini cluster whose web UI is reachable meanwhile. */
@NullMarked
package io.tamor.quickstart.cluster;

import org.jspecify.annotations.NullMarked;
