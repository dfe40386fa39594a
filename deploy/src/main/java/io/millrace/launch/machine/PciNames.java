package io.millrace.launch.machine;

import java.util.HashMap;
import java.util.Map;

/** Names of PCI vendors and devices. Source: {@code pci.ids(5)}, package pci.ids. */
final class PciNames {
    private static final String LIST = "usr/share/misc/pci.ids";

    private final Map<String, String> names = new HashMap<>();

    /** The names that this machine's list has; none where it has no list. */
    PciNames(final SystemFiles files) {
        String vendor = "";
        for (final String line : files.lines(LIST)) {
            if (line.matches("[0-9a-f]{4}  .*")) {
                vendor = line.substring(0, 4);
                names.put(vendor, line.substring(6));
            } else if (line.matches("\t[0-9a-f]{4}  .*")) {
                names.put(vendor + ":" + line.substring(1, 5), line.substring(7));
            } else if (line.startsWith("C ")) {
                return;
            }
        }
    }

    /** Vendor and device in words, or by number. */
    String name(final String vendor, final String device) {
        final String vendorName = names.get(vendor);
        final String deviceName = names.get(vendor + ":" + device);
        return vendorName == null || deviceName == null ? "PCI device " + vendor + ":" + device
            : vendorName.replaceAll(" (Corporation|Technologies|Inc\\.?|Co\\., Ltd\\.)$", "") + " " + deviceName;
    }
}
