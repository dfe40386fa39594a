package io.millrace.launch.doctor;

import static io.millrace.launch.doctor.Finding.Severity.BROKEN;

import io.millrace.launch.machine.Machine;
import io.millrace.launch.plan.PortWish;
import java.util.List;

/** Ports that are to be watched and are not there. */
public final class AbsentPorts {
    private AbsentPorts() {
    }

    /** Looks for each of them on the machine. */
    public static List<Finding> look(final Machine machine, final List<PortWish> wanted) {
        return wanted.stream().filter(port -> port.isAbsentFrom(machine)).map(port -> port.pciAddress().isPresent()
            ? new Finding(BROKEN, "card " + port.label(), "no network card has this address",
                "the capture does not start", "millrace ports")
            : new Finding(BROKEN, "interface " + port.label(), "not in this network namespace",
                "the capture does not start", "ip link")).toList();
    }
}
