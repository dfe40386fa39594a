package io.millrace.binding.luajit;

/** A Lua error that left a call into a virtual machine; the machine itself is sound and may be used on. */
public final class LuaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean abandoned;

    LuaException(final String message, final boolean abandoned) {
        super(message);
        this.abandoned = abandoned;
    }

    /** Whether the machine had to be left in the middle of compiled code: it is of no more use and must be closed. */
    public boolean abandoned() {
        return abandoned;
    }
}
