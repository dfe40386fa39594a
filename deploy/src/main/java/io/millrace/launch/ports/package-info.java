/** What a capture can be told to watch on a machine, and what each of it still needs. */
package io.millrace.launch.ports;
