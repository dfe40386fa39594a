/**
 * What scripts think of a flow: status bits, scores, alerts. Owned by the script thread that serves the flow; read and
 * written in place by Lua while a hook runs.
 */
package io.millrace.script.verdict;
