/**
 * What the kernel tells of the machine: processors, memory, network cards and interfaces, read from {@code sysfs} and
 * {@code procfs} under a root folder, so that a recorded tree serves as well as the machine itself. Immutable once
 * read.
 */
package io.millrace.launch.machine;
