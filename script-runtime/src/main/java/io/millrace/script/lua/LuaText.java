package io.millrace.script.lua;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Collection;
import java.util.List;

/** Writes Java values as the text of a Lua table. Not thread-safe. */
final class LuaText {
    private final StringBuilder text = new StringBuilder("return {\n");

    LuaText put(final String name, final long value) {
        text.append(name).append(" = ").append(value).append(",\n");
        return this;
    }

    LuaText put(final String name, final String value) {
        text.append(name).append(" = ").append(quoted(value)).append(",\n");
        return this;
    }

    LuaText put(final String name, final Collection<String> values) {
        text.append(name).append(" = {");
        for (final String value : values) {
            text.append(quoted(value)).append(',');
        }
        text.append("},\n");
        return this;
    }

    LuaText put(final String name, final String[] values) {
        return put(name, List.of(values));
    }

    LuaText put(final String name, final int[] values) {
        text.append(name).append(" = {");
        for (final int value : values) {
            text.append(value).append(',');
        }
        text.append("},\n");
        return this;
    }

    LuaText putExpression(final String name, final String expression) {
        text.append(name).append(" = ").append(expression).append(",\n");
        return this;
    }

    byte[] bytes() {
        return (text + "}\n").getBytes(UTF_8);
    }

    /** A Lua string literal; every byte but plain letters, digits and spaces as a decimal escape. */
    static String quoted(final String value) {
        final StringBuilder literal = new StringBuilder(value.length() + 2).append('"');
        for (final byte octet : value.getBytes(UTF_8)) {
            if (Character.isLetterOrDigit(octet) || octet == ' ' || octet == '_') {
                literal.append((char) octet);
            } else {
                literal.append(String.format("\\%03d", octet & 0xFF));
            }
        }
        return literal.append('"').toString();
    }
}
