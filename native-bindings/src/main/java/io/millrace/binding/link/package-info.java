/**
 * The native border itself: finds libraries, makes method handles, and says which package or flag is missing. Used by
 * every other binding package; no stop of the path.
 */
package io.millrace.binding.link;
