/** What a run did, computed from what is committed on its topics, as JSON and as one page. */
@NullMarked
package io.tamor.quickstart.report;

import org.jspecify.annotations.NullMarked;
