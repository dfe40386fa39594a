/**
 * Beside the script stage: where an address lies on the globe. The sources are read once and shared by all; each script
 * thread owns a table of the places it has met, in memory that Lua reads.
 */
package io.millrace.script.geo;
