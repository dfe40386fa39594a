/** The script side of a benchmark: Millrace's own script threads over rings that the benchmark fills. */
package io.millrace.bench.scripts;
