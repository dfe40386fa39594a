package io.millrace.script.lua;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.binding.luajit.LuaException;
import io.millrace.binding.luajit.LuaVm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Loads the scripts into one machine and keeps what the library says of them. Owned by the machine's thread. */
final class ScriptLoader {
    private static final String FIELD = "\u001f";
    private static final String RECORD = "\u001e";
    private static final String HUNG = "ran past its deadline while loading: move the work into a hook";
    private static final String HOARDED =
        "not enough memory: it keeps what the others need: keep less, or raise --script-memory";
    /** Part of the memory for scripts that all of them together leave to hooks when they are loaded: one in so many. */
    private static final int ROOM = 8;

    private final LuaVm vm;
    private final List<ScriptSource> sources;
    private final Map<String, ScriptWish> wishes;
    private final HostMemory memory;
    private final List<ScriptDescription> descriptions = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();

    ScriptLoader(
        final LuaVm vm,
        final List<ScriptSource> sources,
        final Map<String, ScriptWish> wishes,
        final HostMemory memory) {

        this.vm = vm;
        this.sources = sources;
        this.wishes = wishes;
        this.memory = memory;
    }

    /**
     * False where a script hung in compiled code, or kept so much that nothing else could run: it is now out of
     * service, and another machine is needed.
     */
    boolean load() {
        final long mostBytes = vm.memoryLimitBytes() - (vm.memoryLimitBytes() - vm.memoryUsedBytes()) / ROOM;
        DefinitionFiles.read(sources, findings).forEach(this::define);
        for (int i = 0; i < sources.size(); i++) {
            final ScriptSource source = sources.get(i);
            final int takenOut = memory.takenOutFor(i);
            if (takenOut == ScriptStatsDescriptor.LOADING || takenOut == ScriptStatsDescriptor.HOARDING) {
                describeFailed(source, takenOut == ScriptStatsDescriptor.LOADING ? HUNG : HOARDED);
                continue;
            }
            try {
                final byte[] records = vm.call(
                    "load", bytes(Integer.toString(i)), bytes(source.path().toString()), bytes(source.key()),
                    bytes(folder(source)), bytes(source.inAlerts() ? "1" : "0"), source.text(),
                    bytes(wish(source)), bytes(takenOut(i)), bytes(wishOf(source).values()));
                describe(source, new String(records, UTF_8));
            } catch (final LuaException e) {
                if (e.abandoned()) {
                    memory.takeOut(i, ScriptStatsDescriptor.LOADING);
                    return false;
                }
                memory.takeOut(i, ScriptStatsDescriptor.LOADING);
                describeFailed(source, e.getMessage());
            }
            if (holdsMoreThan(mostBytes)) {
                memory.takeOut(i, ScriptStatsDescriptor.HOARDING);
                return false;
            }
        }
        vm.call("finish");
        return true;
    }

    /** What became of each script, in load order. */
    List<ScriptDescription> descriptions() {
        return List.copyOf(descriptions);
    }

    /** What was found in the scripts. */
    List<Finding> findings() {
        return List.copyOf(findings);
    }

    private void define(final DefinitionFiles.Definition definition) {
        try {
            final byte[] records = vm.call("define", bytes(definition.path().toString()), bytes(definition.folder()),
                bytes(definition.name()), bytes(definition.scriptFolder().toString()), definition.text());
            for (final String record : new String(records, UTF_8).split(RECORD)) {
                if (!record.isEmpty()) {
                    findings.add(finding(definition.path(), record.split(FIELD, -1)));
                }
            }
        } catch (final LuaException e) {
            findings.add(new Finding(Finding.Severity.ERROR, definition.path(), 0, e.getMessage()));
        }
    }

    private static Finding finding(final Path path, final String[] fields) {
        return new Finding(Finding.Severity.valueOf(fields[1].toUpperCase(Locale.ROOT)), path,
            (int) Double.parseDouble(fields[2]), fields[3]);
    }

    private boolean holdsMoreThan(final long mostBytes) {
        if (vm.memoryUsedBytes() <= mostBytes) {
            return false;
        }
        try {
            vm.call("collect");
        } catch (final LuaException e) {
            return true;
        }
        return vm.memoryUsedBytes() > mostBytes;
    }

    private void describeFailed(final ScriptSource source, final String message) {
        findings.add(new Finding(Finding.Severity.ERROR, source.path(), 0, message));
        descriptions.add(new ScriptDescription(source.path(), source.key(), source.key(), "", List.of(), List.of(),
            List.of(), ScriptDescription.State.FAILED, message.lines().findFirst().orElse("failed to load")));
    }

    private void describe(final ScriptSource source, final String records) {
        String title = source.key();
        String description = "";
        final List<String> hooks = new ArrayList<>();
        final List<String> filters = new ArrayList<>();
        final List<ScriptSetting> settings = new ArrayList<>();
        ScriptDescription.State state = ScriptDescription.State.FAILED;
        String reason = "";
        for (final String record : records.split(RECORD)) {
            final String[] fields = record.split(FIELD, -1);
            switch (fields[0]) {
                case "finding" -> findings.add(finding(source.path(), fields));
                case "title" -> title = fields[1];
                case "description" -> description = fields[1];
                case "hook" -> hooks.add(fields[1]);
                case "filter" -> filters.add(fields[1]);
                case "setting" -> settings.add(new ScriptSetting(fields[1], fields[2], fields[3], fields[4]));
                case "setting_problem" -> findings.add(
                    wishOf(source).finding(Finding.Severity.ERROR, fields[1], fields[2]));
                case "state" -> {
                    state = ScriptDescription.State.valueOf(fields[1].toUpperCase(Locale.ROOT));
                    reason = fields[2];
                }
                default -> throw new IllegalStateException("unknown record from the Lua library: " + record);
            }
        }
        descriptions.add(new ScriptDescription(
            source.path(), source.key(), title, description, List.copyOf(hooks), List.copyOf(filters),
            List.copyOf(settings), state, reason));
    }

    private String takenOut(final int script) {
        return switch (memory.takenOutFor(script)) {
            case ScriptStatsDescriptor.DEADLINE -> "switched off: ran past its deadline";
            case ScriptStatsDescriptor.MEMORY -> "switched off: used up the machine's memory";
            case ScriptStatsDescriptor.FAILURES -> "switched off: failed too often in a row";
            default -> "";
        };
    }

    private String wish(final ScriptSource source) {
        return wishOf(source).enabled().map(enabled -> enabled ? "on" : "off").orElse("");
    }

    private ScriptWish wishOf(final ScriptSource source) {
        return wishes.getOrDefault(source.key(), ScriptWish.NONE);
    }

    private static String folder(final ScriptSource source) {
        final Path parent = source.path().toAbsolutePath().getParent();
        return parent == null ? "/" : parent.toString();
    }

    private static byte[] bytes(final String text) {
        return text.getBytes(UTF_8);
    }
}
