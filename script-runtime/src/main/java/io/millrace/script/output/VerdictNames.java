package io.millrace.script.output;

/** The names behind the numbers in verdicts and alerts, fixed once the scripts are loaded. Any thread. */
public interface VerdictNames {
    /** Key of a status id, 0 to 63; null where the id is not in use. */
    String status(int id);

    /** Key of a script by its index in load order; null where there is none. */
    String script(int index);
}
