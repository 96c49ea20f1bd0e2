/** A seeded wealth-management app that knows each label's true probability. */
@NullMarked
package io.tamor.quickstart.simulator;

import org.jspecify.annotations.NullMarked;
