/**
 * Reading of files that users name, beside the path of a flow. Called by the main thread while a run is prepared.
 */
package io.millrace.script.file;
