/**
 * Fourth and fifth stop of a packet: which flow it belongs to ({@code key}), and that flow's record ({@code table}).
 */
package io.millrace.engine.flow;
