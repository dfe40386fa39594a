package io.millrace.launch.doctor;

import static io.millrace.launch.doctor.Finding.Severity.BROKEN;
import static io.millrace.launch.doctor.Finding.Severity.HURTS;
import static io.millrace.launch.doctor.Finding.Severity.NOTE;
import static io.millrace.launch.doctor.Finding.good;

import io.millrace.launch.machine.HugePagePool;
import io.millrace.launch.machine.NetworkCard;
import io.millrace.launch.machine.NumaNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Memory: huge pages of each node, transparent ones, limits, what is free. */
final class MemoryChecks {
    private static final long DEFAULT_PAGE_BYTES = 2L << 20;
    /** {@code CAP_IPC_LOCK} of {@code linux/capability.h}. */
    private static final int CAP_IPC_LOCK = 14;
    private static final String THP = "sys/kernel/mm/transparent_hugepage/enabled";

    private final Patient patient;
    private final List<Finding> findings = new ArrayList<>();

    MemoryChecks(final Patient patient) {
        this.patient = patient;
    }

    List<Finding> look() {
        patient.machine().nodes().forEach(this::hugePages);
        mount();
        transparentHugePages();
        lockedMemory();
        freeMemory();
        return findings;
    }

    private void hugePages(final NumaNode node) {
        final String subject = "huge pages, node " + node.number();
        final long free = patient.machine().freeHugePageBytes(node.number());
        final long needed = patient.cards().stream().map(NetworkCard::node)
            .anyMatch(of -> of == node.number() || of < 0 && node.number() == 0) ? patient.packetBytes() : 0;
        final Optional<HugePagePool> smallest = node.hugePages().stream()
            .min((one, other) -> Long.compare(one.pageBytes(), other.pageBytes()));
        if (free >= needed && needed > 0) {
            findings.add(good(subject, (free >> 20) + " MiB free, packet buffers take " + (needed >> 20) + " MiB"));
        } else if (needed == 0) {
            findings.add(good(subject, (free >> 20) + " MiB free, no card needs them"));
        } else {
            final long pageBytes = smallest.map(HugePagePool::pageBytes).orElse(DEFAULT_PAGE_BYTES);
            final long pages = smallest.map(HugePagePool::total).orElse(0L)
                + (needed - free + pageBytes - 1) / pageBytes;
            final String pool = "hugepages-" + (pageBytes >> 10) + "kB/nr_hugepages";
            add(HURTS, subject, (free >> 20) + " MiB free, packet buffers take " + (needed >> 20) + " MiB",
                "cards of DPDK need them: without, many drivers do not start, and each buffer is a TLB miss",
                "echo " + pages + " > /sys/devices/system/node/node" + node.number() + "/hugepages/" + pool);
        }
    }

    private void mount() {
        final boolean mounted =
            patient.files().lines("proc/mounts").stream().anyMatch(line -> line.contains(" hugetlbfs "));
        if (mounted) {
            findings.add(good("hugetlbfs", "mounted"));
        } else {
            add(NOTE, "hugetlbfs", "not mounted", "Millrace does without, other programs of DPDK do not",
                "mkdir -p /dev/hugepages && mount -t hugetlbfs hugetlbfs /dev/hugepages");
        }
    }

    private void transparentHugePages() {
        final String state = patient.files().text(THP).orElse("");
        if (state.contains("[never]")) {
            add(HURTS, "transparent huge pages", "never",
                "a million flows in pages of 4 KiB: most packets miss the TLB", "echo madvise | tee /" + THP);
        } else if (state.contains("[always]")) {
            add(NOTE, "transparent huge pages", "always",
                "the kernel joins pages of all memory in the background and holds threads up while it does",
                "echo madvise | tee /" + THP);
        } else {
            findings.add(good("transparent huge pages", state.isEmpty() ? "not the kernel's to say" : "madvise"));
        }
    }

    private void lockedMemory() {
        final String limit = patient.files().lines("proc/self/limits").stream()
            .filter(line -> line.startsWith("Max locked memory")).map(line -> line.split("\\s{2,}")[1]).findFirst()
            .orElse("unlimited");
        final long needed = patient.packetBytes();
        final boolean small = limit.matches("\\d{1,18}") && Long.parseLong(limit) < needed;
        if (!small || patient.hasCapability(CAP_IPC_LOCK)) {
            findings.add(good("memlock", limit + (small ? ", lifted by CAP_IPC_LOCK" : "")));
        } else {
            add(patient.cards().isEmpty() ? NOTE : BROKEN, "memlock",
                limit + " bytes, the cards' packet buffers take " + needed,
                "the kernel refuses to pin the memory that a card writes to",
                "printf '* - memlock unlimited\\n' > /etc/security/limits.d/millrace.conf, and log in again; in a unit"
                    + " LimitMEMLOCK=infinity");
        }
    }

    private void freeMemory() {
        final long free = patient.machine().availableBytes();
        final String found = (free >> 20) + " MiB free, full tables take " + (patient.totalBytes() >> 20) + " MiB";
        if (free >= patient.totalBytes()) {
            findings.add(good("memory", found));
        } else {
            add(HURTS, "memory", found, "when the tables fill, the kernel kills the capture",
                "--flow-capacity " + Math.max(1, patient.machine().availableBytes() / 2 / 1024 / 1_000) + "K, or stop"
                    + " what takes the memory (ps -eo rss,comm --sort=-rss | head)");
        }
    }

    private void add(
        final Finding.Severity severity, final String subject, final String found, final String why,
        final String remedy) {

        findings.add(new Finding(severity, subject, found, why, remedy));
    }
}
