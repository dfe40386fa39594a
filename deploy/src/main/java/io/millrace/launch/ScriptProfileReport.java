package io.millrace.launch;

import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.script.lua.HookTimes;
import io.millrace.script.lua.ScriptProfile;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** What {@code --script-profile} found, for people and as JSON. Stateless. */
final class ScriptProfileReport {
    private static final int MAX_TRACE_ABORTS = 20;
    private static final double NS_PER_S = 1e9;

    private ScriptProfileReport() {
    }

    /** Two tables: hooks by the time they took, and where LuaJIT gave up compiling. */
    static String text(final ScriptProfile profile) {
        final List<HookTimes.Hook> hooks = profile.hooks();
        final int width = hooks.stream().mapToInt(hook -> hook.script().length()).max().orElse(0);
        final String column = "%-" + Math.max("script".length(), width) + "s";
        final StringBuilder text = new StringBuilder();
        append(text, column + "  %-16s  %12s  %9s  %9s  %9s  %13s  %6s%n",
            "script", "hook", "calls", "errors", "p50 ns", "p99 ns", "max ns", "share");
        for (final HookTimes.Hook hook : hooks) {
            append(text, column + "  %-16s  %,12d  %,9d  %,9d  %,9d  %,13d  %5.1f%%%n", hook.script(), hook.hook(),
                hook.calls(), hook.errors(), hook.p50Ns(), hook.p99Ns(), hook.maxNs(), 100 * share(hook, profile));
        }
        append(text, "Shares are of the %.3f s that script threads worked.%n", profile.workedNs() / NS_PER_S);
        appendTraceAborts(text, profile.traceAborts());
        return text.toString();
    }

    /** The field {@code script_profile}. */
    static void write(final JsonGenerator json, final ScriptProfile profile) throws IOException {
        json.writeObjectFieldStart("script_profile");
        json.writeNumberField("worked_ns", profile.workedNs());
        json.writeArrayFieldStart("hooks");
        for (final HookTimes.Hook hook : profile.hooks()) {
            json.writeStartObject();
            json.writeStringField("script", hook.script());
            json.writeStringField("hook", hook.hook());
            json.writeNumberField("calls", hook.calls());
            json.writeNumberField("errors", hook.errors());
            json.writeNumberField("p50_ns", hook.p50Ns());
            json.writeNumberField("p99_ns", hook.p99Ns());
            json.writeNumberField("max_ns", hook.maxNs());
            json.writeNumberField("total_ns", hook.totalNs());
            json.writeNumberField("share", share(hook, profile));
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("trace_aborts");
        for (final ScriptProfile.TraceAbort abort : profile.traceAborts()) {
            json.writeStartObject();
            json.writeStringField("script", abort.script());
            json.writeStringField("where", abort.where());
            json.writeStringField("cause", abort.cause());
            json.writeNumberField("count", abort.count());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void appendTraceAborts(final StringBuilder text, final List<ScriptProfile.TraceAbort> aborts) {
        if (aborts.isEmpty()) {
            return;
        }
        append(text, "%nLuaJIT gave up compiling%n");
        for (final ScriptProfile.TraceAbort abort : aborts.subList(0, Math.min(MAX_TRACE_ABORTS, aborts.size()))) {
            append(text, "%,8d times  %s  %s  (%s)%n", abort.count(), abort.where(), abort.cause(), abort.script());
        }
        if (aborts.size() > MAX_TRACE_ABORTS) {
            append(text, "and at %,d more places: --summary-json has all%n", aborts.size() - MAX_TRACE_ABORTS);
        }
    }

    private static double share(final HookTimes.Hook hook, final ScriptProfile profile) {
        return profile.workedNs() == 0 ? 0 : (double) hook.totalNs() / profile.workedNs();
    }

    private static void append(final StringBuilder text, final String format, final Object... arguments) {
        text.append(String.format(Locale.ROOT, format, arguments));
    }
}
