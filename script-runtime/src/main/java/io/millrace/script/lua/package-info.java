/**
 * Between intake and verdict: the virtual machines that run users' scripts, the sandbox round them, the check of what
 * they say and the watchdog that stops them. Each machine is owned by one script thread. The only package of the
 * runtime that imports the bindings.
 */
package io.millrace.script.lua;
