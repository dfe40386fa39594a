/**
 * What a capture that runs as a service needs beside the engine: word to the service manager, signals, and a user
 * without privileges. No stop of the path; used by the main thread of a process.
 */
package io.millrace.engine.service;
