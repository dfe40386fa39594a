/* Windows of time in which something is done over and over, and what they say on standard output. */
#pragma once

/* Polls for so many seconds, after a fifth of a second that does not count, and prints packets and nanoseconds. */
void run_window(const char *what, double seconds, unsigned int (*poll_once)(void));

/* Reads the clock and does nothing else, and prints the gaps between the readings: those that the machine makes. */
void spin_window(double seconds);
