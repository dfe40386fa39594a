package io.millrace.script.external;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** A Unix stream socket that programs of its owner and group write alerts to; a few at a time. */
final class AlertSocket implements ExternalAlerts.Feed {
    private static final int MAX_WRITERS = 16;
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path path;
    private final AlertLines lines;
    private final ServerSocketChannel server;
    private final Selector selector;
    private final SocketPeers peers;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private int writers;
    private volatile boolean closed;

    private AlertSocket(final Path path, final AlertLines lines) throws IOException {
        this.path = path;
        this.lines = lines;
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path));
        peers = SocketPeers.of(path);
        server.configureBlocking(false);
        selector = Selector.open();
        server.register(selector, SelectionKey.OP_ACCEPT);
    }

    static AlertSocket listen(final Path path, final AlertLines lines) throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            removeStale(path);
        }
        return new AlertSocket(path, lines);
    }

    @Override
    public void run() {
        try (server; selector) {
            while (!closed) {
                selector.select();
                for (final SelectionKey key : selector.selectedKeys()) {
                    if (key.isValid() && key.isAcceptable()) {
                        accept();
                    } else if (key.isValid() && key.isReadable()) {
                        read(key);
                    }
                }
                selector.selectedKeys().clear();
            }
            for (final SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            Files.deleteIfExists(path);
        } catch (final IOException e) {
            // The socket is gone: the run goes on without external alerts, as it would with a silent writer.
            closed = true;
        }
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
    }

    private void accept() throws IOException {
        final SocketChannel writer = server.accept();
        if (writer == null) {
            return;
        }
        if (writers == MAX_WRITERS || !peers.admit(writer)) {
            lines.onWriterRefused();
            writer.close();
            return;
        }
        writers++;
        writer.configureBlocking(false);
        writer.register(selector, SelectionKey.OP_READ, new AlertLines.Pending());
    }

    private void read(final SelectionKey key) {
        final AlertLines.Pending pending = (AlertLines.Pending) key.attachment();
        int length;
        try {
            length = ((SocketChannel) key.channel()).read(buffer.clear());
        } catch (final IOException e) {
            length = -1;
        }
        if (length > 0) {
            lines.accept(buffer.flip(), pending);
        } else if (length < 0) {
            lines.end(pending);
            hangUp(key);
        }
    }

    private void hangUp(final SelectionKey key) {
        writers--;
        key.cancel();
        try {
            key.channel().close();
        } catch (final IOException e) {
            // It was only read.
        }
    }

    // A socket that nobody listens at was left behind by a run that was killed.
    private static void removeStale(final Path path) throws IOException {
        if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) || Files.isDirectory(path)
            || Files.isSymbolicLink(path)) {
            throw new IOException("is neither a file nor a socket");
        }
        boolean alive;
        try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            alive = probe.isConnected();
        } catch (final IOException e) {
            alive = false;
        }
        if (alive) {
            throw new IOException("another process listens there");
        }
        Files.delete(path);
    }
}
