/** A real single-node Kafka broker in this process, and its topics. */
@NullMarked
package io.tamor.quickstart.broker;

import org.jspecify.annotations.NullMarked;
