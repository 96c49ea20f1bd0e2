/** Events on their way to a broker or to files: order of arrival, resends, progress. */
@NullMarked
package io.tamor.quickstart.feed;

import org.jspecify.annotations.NullMarked;
