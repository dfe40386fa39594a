/* How the twin says what is wrong. */
#pragma once

/* Prints one line, "error ...", and ends the process with exit code 3. */
void __attribute__((format(printf, 1, 2), noreturn)) fail(const char *format, ...);
