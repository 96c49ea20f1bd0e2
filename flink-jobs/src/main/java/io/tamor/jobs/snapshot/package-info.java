/**
 * Publishing of snapshots, in two phases with the checkpoint: staged by the sink's writer, renamed
 * and announced by its committer.
 */
@NullMarked
package io.tamor.jobs.snapshot;

import org.jspecify.annotations.NullMarked;
