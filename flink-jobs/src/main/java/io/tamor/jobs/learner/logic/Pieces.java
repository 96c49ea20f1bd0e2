package io.tamor.jobs.learner.logic;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of a learner's state as a stream over its pieces ({@link LearnerStateWire}). */
final class Pieces {
    static final int WRITER_AT = 2 * Integer.BYTES + Long.BYTES;
    static final int PARTS_AT = WRITER_AT + Integer.BYTES;
    private static final int PART_AT = PARTS_AT + Integer.BYTES;
    private static final int NUMBER_AT = PART_AT + Integer.BYTES;
    private static final int LAST_AT = NUMBER_AT + Integer.BYTES;
    private static final int CONTENT_AT = LAST_AT + 1;
    private static final int CHECKSUM = Integer.BYTES;

    private Pieces() {}

    /** Cuts a part into pieces; the last one leaves when it is closed. */
    static final class Output extends OutputStream {
        private static final int SMALL = 1 << 10;

        private final byte[] header;
        private final List<byte[]> pieces;
        private byte[] piece;
        private int end = CONTENT_AT;
        private int number;

        /**
         * @param header of a first piece that is not the last
         */
        Output(byte[] header, List<byte[]> pieces) {
            this.header = header;
            this.pieces = pieces;
            this.piece = Arrays.copyOf(header, SMALL);
        }

        @Override
        public void write(int b) {
            makeRoom();
            piece[end++] = (byte) b;
        }

        @Override
        public void write(byte[] bytes, int from, int count) {
            int at = from;
            int left = count;
            while (left > 0) {
                makeRoom();
                int n = Math.min(left, piece.length - CHECKSUM - end);
                System.arraycopy(bytes, at, piece, end, n);
                end += n;
                at += n;
                left -= n;
            }
        }

        private void makeRoom() {
            if (end < piece.length - CHECKSUM) {
                return;
            }
            int most = CONTENT_AT + LearnerStateWire.CONTENT + CHECKSUM;
            if (piece.length < most) {
                piece = Arrays.copyOf(piece, Math.min(most, 16 * piece.length));
            } else {
                leave(false);
                piece = Arrays.copyOf(header, most);
                end = CONTENT_AT;
            }
        }

        private void leave(boolean last) {
            byte[] whole =
                    piece.length == end + CHECKSUM ? piece : Arrays.copyOf(piece, end + CHECKSUM);
            ByteBuffer.wrap(whole)
                    .putInt(NUMBER_AT, number++)
                    .put(LAST_AT, (byte) (last ? 1 : 0))
                    .putInt(end, 0);
            ByteBuffer.wrap(whole).putInt(end, LearnerStateWire.checksum(whole, end));
            pieces.add(whole);
        }

        @Override
        public void close() {
            leave(true);
        }
    }

    /** Reads a part from its pieces, wherever they are among others. */
    static final class Input extends InputStream {
        private final List<ByteBuffer> pieces = new ArrayList<>();
        private int next;
        private @Nullable ByteBuffer content;

        /**
         * @throws IOException where one is missing
         */
        Input(List<byte[]> all, int part) throws IOException {
            for (byte[] piece : all) {
                ByteBuffer bytes = ByteBuffer.wrap(piece, 0, piece.length - CHECKSUM);
                if (bytes.getInt(PART_AT) == part) {
                    pieces.add(bytes.position(CONTENT_AT));
                }
            }
            pieces.sort(Comparator.comparingInt(piece -> piece.getInt(NUMBER_AT)));
            for (int i = 0; i < pieces.size(); i++) {
                boolean last = i == pieces.size() - 1;
                if (pieces.get(i).getInt(NUMBER_AT) != i
                        || pieces.get(i).get(LAST_AT) != (last ? 1 : 0)) {
                    throw incomplete(part);
                }
            }
            if (pieces.isEmpty()) {
                throw incomplete(part);
            }
        }

        private IOException incomplete(int part) {
            return new IOException(
                    "learner state: of part "
                            + part
                            + " there are "
                            + pieces.size()
                            + " pieces, and not each once; restore from an earlier checkpoint");
        }

        private @Nullable ByteBuffer content() {
            while (content == null || !content.hasRemaining()) {
                if (next == pieces.size()) {
                    return null;
                }
                content = pieces.get(next++);
            }
            return content;
        }

        @Override
        public int read() {
            ByteBuffer from = content();
            return from == null ? -1 : Byte.toUnsignedInt(from.get());
        }

        @Override
        public int read(byte[] into, int at, int count) {
            ByteBuffer from = content();
            if (from == null) {
                return count == 0 ? 0 : -1;
            }
            int n = Math.min(count, from.remaining());
            from.get(into, at, n);
            return n;
        }
    }
}
