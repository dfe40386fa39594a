/**
 * Beside the path: how bytes outside the Java heap are laid out, named and read. Stateless; every stage uses it.
 */
package io.millrace.engine.memory;
