package io.millrace.engine;

import io.millrace.binding.dpdk.Eal;
import io.millrace.binding.ndpi.DetectionModule;
import io.millrace.binding.ndpi.NameTables;
import io.millrace.engine.event.ApplicationNames;
import java.util.List;

/** What the loaded DPDK and nDPI are and know; nothing of it needs an engine. Any thread. */
public final class EngineLibraries {
    private EngineLibraries() {
    }

    /** Names behind the numbers in flow events, as the loaded nDPI has them. */
    public static ApplicationNames applicationNames() {
        try (DetectionModule module = DetectionModule.create()) {
            final NameTables names = NameTables.read(module);
            return new ApplicationNames(
                names.protocols(), names.protocolCategory(), names.protocolBreed(), names.categories(),
                names.breeds(), names.risks(), names.confidences());
        }
    }

    /** Version of the loaded DPDK, for example {@code DPDK 22.11.11}. */
    public static String dpdkVersion() {
        return Eal.version();
    }

    /** Version of the loaded nDPI, for example {@code 4.2.0}. */
    public static String ndpiVersion() {
        return DetectionModule.version();
    }

    /**
     * Version of the loaded DPDK, which is of the release that Millrace was built for.
     *
     * @throws io.millrace.binding.link.EnvironmentException where it is missing or another.
     */
    public static String requiredDpdkVersion() {
        Eal.requireVersion();
        return dpdkVersion();
    }

    /**
     * Version of the loaded nDPI, which has the API that Millrace was built for.
     *
     * @throws io.millrace.binding.link.EnvironmentException where it is missing or another.
     */
    public static String requiredNdpiVersion() {
        DetectionModule.create().close();
        return ndpiVersion();
    }

    /** Names of the network drivers of the installed DPDK, for example {@code net_af_packet}, sorted. */
    public static List<String> networkDrivers() {
        return Eal.networkDrivers();
    }
}
