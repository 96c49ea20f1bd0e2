/** The command line of the jobs; one class a command, parsing by picocli. */
@NullMarked
package io.tamor.jobs.cli;

import org.jspecify.annotations.NullMarked;
