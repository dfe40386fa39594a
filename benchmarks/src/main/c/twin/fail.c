#include "fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void fail(const char *format, ...) {
   va_list arguments;
   va_start(arguments, format);
   printf("error ");
   vprintf(format, arguments);
   printf("\n");
   va_end(arguments);
   fflush(stdout);
   exit(3);
}
