/**
 * What the engine needs of Linux beyond the JDK: cores for threads, descriptors for files. Any thread unless said
 * otherwise; used by {@code engine.worker} and {@code engine.port} through {@code FlowEngine}.
 */
package io.millrace.binding.linux;
