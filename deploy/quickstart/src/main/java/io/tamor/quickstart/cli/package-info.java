/** The one entry point: every command of the system. */
@NullMarked
package io.tamor.quickstart.cli;

import org.jspecify.annotations.NullMarked;
