/**
 * LuaJIT through JNI: virtual machines with bounded memory that another thread can interrupt. A machine is owned by
 * the script thread that calls into it; the watchdog thread may only look at its clock and interrupt it.
 */
package io.millrace.binding.luajit;
