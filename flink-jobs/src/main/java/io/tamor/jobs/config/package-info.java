/**
 * One YAML file describes a deployment. It is read once, checked as a whole, and handed on as
 * immutable records: no operator reads a key.
 */
@NullMarked
package io.tamor.jobs.config;

import org.jspecify.annotations.NullMarked;
