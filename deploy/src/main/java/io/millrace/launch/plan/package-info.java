/**
 * What a run will do, worked out before it starts: every value with where it comes from. What was given is checked
 * against itself and against the machine; what was not given is chosen. Immutable; opens nothing.
 */
package io.millrace.launch.plan;
