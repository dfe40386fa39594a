package io.millrace.launch.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of a machine, laid out in a folder. Source: {@code src/test/resources/machines}. */
public final class SampleMachine {
    /** A server as it comes: one socket, eight cores with two hardware threads each, X710, nothing tuned. */
    public static final String DEBIAN_X710 = "debian-x710";
    /** A virtual machine of four processors with a virtio card. */
    public static final String VIRTUAL_MACHINE = "virtual-machine";
    /** Two sockets, isolated cores and huge pages, an XL710 on the second node that DPDK may have. */
    public static final String TWO_SOCKETS = "two-sockets";

    private final Path root;

    private SampleMachine(final Path root) {
        this.root = root;
    }

    /** Lays the machine of this name out in {@code folder}. */
    public static SampleMachine unpack(final String name, final Path folder) {
        final SampleMachine machine = new SampleMachine(folder);
        try (var description = SampleMachine.class.getResourceAsStream("/machines/" + name)) {
            new String(description.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(line -> {
                final int link = line.indexOf(" -> ");
                final int content = line.indexOf(" = ");
                if (link >= 0 && (content < 0 || link < content)) {
                    machine.link(line.substring(0, link), line.substring(link + 4));
                } else {
                    machine.write(line.substring(0, content), line.substring(content + 3));
                }
            });
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return machine;
    }

    /** Replaces one file; {@code \n} and {@code \t} stand for themselves. */
    public SampleMachine write(final String path, final String content) {
        try {
            final Path file = root.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, content.replace("\\n", "\n").replace("\\t", "\t") + "\n");
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Replaces one symbolic link. */
    public SampleMachine link(final String path, final String target) {
        try {
            final Path file = root.resolve(path);
            Files.createDirectories(file.getParent());
            Files.deleteIfExists(file);
            Files.createSymbolicLink(file, Path.of(target));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Its files. */
    public SystemFiles files() {
        return new SystemFiles(root);
    }

    /** What they tell. */
    public Machine read() {
        return new MachineReader(files()).read();
    }
}
