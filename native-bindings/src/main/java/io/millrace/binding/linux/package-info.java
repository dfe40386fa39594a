/**
 * What the engine needs of Linux beyond the JDK: cores and privileges of threads, descriptors for files, word to the
 * service manager. Any thread unless said otherwise; used by {@code engine.worker} and {@code engine.port} through
 * {@code FlowEngine}, and by {@code engine.service}.
 */
package io.millrace.binding.linux;
