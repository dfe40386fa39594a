package io.millrace.script.lua;

import static io.millrace.engine.event.FlowEventKind.PROTOCOL_DETECTED;
import static io.millrace.script.lua.EventBuilder.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.engine.event.FlowEventDescriptor;
import io.millrace.engine.memory.OffHeapBlock;
import io.millrace.script.verdict.VerdictDescriptor;
import io.millrace.script.verdict.VerdictTable;
import org.junit.jupiter.api.Test;

/** More live flows with statuses, scores and alerts than the memory of scripts could hold a word for, as in a scan. */
final class ManyFlowsTest {
    private static final int FLOWS = 100_000;
    private static final long MEMORY_BYTES = 8L << 20;

    @Test
    void shouldNotChargeScriptsForWhatIsKeptOfTheirFlows() {
        final String script = """
            local types = require("flow_consts").status_types
            local script = { api = "4.0", hooks = {} }
            function script.hooks.protocolDetected(now)
                flow.triggerStatus(types.status_blacklisted, { why = "one of many" }, 50, 20, 10)
                if flow.getFullInfo().status_infos[13].score ~= 50 or flow.getPredominantStatus() ~= 13 then
                    error("forgot the flow in hand")
                end
            end
            return script
            """;
        try (ScriptHarness harness = ScriptHarness.with(Witness.limits(MEMORY_BYTES), script);
            OffHeapBlock verdict = new OffHeapBlock(VerdictDescriptor.LENGTH, true)) {

            final EventBuilder flow = event(PROTOCOL_DETECTED, 1);
            for (int i = 1; i <= FLOWS; i++) {
                VerdictTable.initialise(verdict.address(), i);
                flow.u64(FlowEventDescriptor.FLOW_ID, i).u32(FlowEventDescriptor.SRV_ADDRESS, 0x01000000 + i);
                harness.host().put(0, flow.address(), verdict.address());
                assertThat(harness.host().dispatch(0, 1)).isEqualTo(1);
                harness.host().clearEmissions();
            }
            assertThat(harness.problems()).isEmpty();
            assertThat(harness.host().hooksRun()).isEqualTo(FLOWS);
            assertThat(harness.host().scriptsSwitchedOff()).isZero();
        }
    }
}
