/** Verification: what the timeline wrote, held against an oracle that shares no code with it. */
@NullMarked
package io.tamor.jobs.verify;

import org.jspecify.annotations.NullMarked;
