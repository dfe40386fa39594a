/**
 * Holds the library of scripts to real traffic: each script on captures that it must report and on those it must not;
 * and scripts in the style of each generation of the API to the same traffic. The captures are made by
 * {@code deploy/src/test/traffic/record}.
 */
package io.millrace.launch.library;
