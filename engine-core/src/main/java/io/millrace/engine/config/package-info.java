/**
 * Beside the path: settings of the engine, validated before any thread starts and immutable from then on.
 */
package io.millrace.engine.config;
