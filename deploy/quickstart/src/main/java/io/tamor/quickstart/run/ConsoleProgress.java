package io.tamor.quickstart.run;

import java.io.PrintStream;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Bars on a terminal; one line a stage elsewhere. */
public final class ConsoleProgress implements ProgressReporter {
    private static final int WIDTH = 100;

    private final PrintStream out;
    private final boolean terminal;

    public ConsoleProgress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public void line(String text) {
        out.println(text);
        out.flush();
    }

    @Override
    public Stage stage(String name, long expectedCount, String unit) {
        return terminal
                ? new Bar(name, expectedCount, unit)
                : new Line(name, expectedCount, unit, System.nanoTime());
    }

    private final class Bar implements Stage {
        private final ProgressBar bar;

        Bar(String name, long expectedCount, String unit) {
            bar =
                    new ProgressBarBuilder()
                            .setTaskName(String.format(Locale.ROOT, "%-10s", name))
                            .setInitialMax(expectedCount)
                            .setUnit(" " + unit, 1)
                            .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                            .setUpdateIntervalMillis(200)
                            .showSpeed()
                            .setConsumer(new ConsoleProgressBarConsumer(out, WIDTH))
                            .build();
        }

        @Override
        public void at(long count) {
            bar.stepTo(count);
            if (count > bar.getMax()) {
                bar.maxHint(count);
            }
        }

        @Override
        public void close() {
            bar.maxHint(Math.max(1, bar.getCurrent()));
            bar.close();
        }
    }

    private final class Line implements Stage {
        private final String name;
        private final String unit;
        private final long startedNs;
        private long count;

        Line(String name, long expectedCount, String unit, long startedNs) {
            this.name = name;
            this.unit = unit;
            this.startedNs = startedNs;
            line(String.format(Locale.ROOT, "%s: about %,d %s ...", name, expectedCount, unit));
        }

        @Override
        public void at(long now) {
            count = now;
        }

        @Override
        public void close() {
            line(
                    String.format(
                            Locale.ROOT,
                            "%s: %,d %s in %.1f s",
                            name,
                            count,
                            unit,
                            (System.nanoTime() - startedNs) / 1e9));
        }
    }
}
