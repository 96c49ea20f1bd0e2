package io.tamor.quickstart.cluster;

/** A Flink job ended with an error; the message names the job and the first cause. */
public final class JobFailedException extends RuntimeException {
    public JobFailedException(String job, Throwable cause) {
        super("job " + job + " failed: " + root(cause), cause);
    }

    private static String root(Throwable error) {
        Throwable root = error;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root.getClass().getSimpleName() + ": " + root.getMessage();
    }
}
