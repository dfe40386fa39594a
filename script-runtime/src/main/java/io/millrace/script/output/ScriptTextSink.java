package io.millrace.script.output;

import org.agrona.DirectBuffer;

/** Passes on what scripts print, byte for byte. Owned by the writer thread. */
public final class ScriptTextSink implements Sink {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final OutputFile file;
    private final byte[] bytes = new byte[BUFFER_BYTES];
    private int length;

    private ScriptTextSink(final OutputFile file) {
        this.file = file;
    }

    /** To standard output, the scripts' own place. */
    public static ScriptTextSink toStandardOutput() {
        return new ScriptTextSink(OutputFile.standardOutput());
    }

    /** To standard error, where standard output carries EVE lines that text would tear apart. */
    public static ScriptTextSink toStandardError() {
        return new ScriptTextSink(OutputFile.standardError());
    }

    @Override
    public void text(final DirectBuffer buffer, final int offset, final int textLength) {
        int done = 0;
        while (done < textLength) {
            if (length == BUFFER_BYTES) {
                flush();
            }
            final int piece = Math.min(textLength - done, BUFFER_BYTES - length);
            buffer.getBytes(offset + done, bytes, length, piece);
            length += piece;
            done += piece;
        }
    }

    @Override
    public void flush() {
        if (length > 0) {
            file.write(bytes, length);
            length = 0;
        }
    }

    @Override
    public void close() {
        flush();
    }

    @Override
    public String failure() {
        return file.failure() == null ? null : "script text " + file.failure();
    }
}
