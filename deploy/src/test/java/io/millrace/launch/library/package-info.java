/**
 * Holds the library of scripts to real traffic: each script on captures that it must report and on those it must not.
 * The captures are made by {@code deploy/src/test/traffic/record}.
 */
package io.millrace.launch.library;
