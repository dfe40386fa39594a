/*
 * Drives the Lua glue under AddressSanitizer and UndefinedBehaviorSanitizer, without a JVM: the bounded allocator, every
 * way into a machine, and a second thread that interrupts hooks in interpreted code, in compiled code and in one long C
 * function. Ends with 0 where all held.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lua_machine.h"
#include "require.h"

#define LIMIT ((size_t)16 << 20)
#define DEADLINE_NS 20000000
#define ROUNDS 20

/*
 * What the library does, in small: counts in `watch`, runs one hook per event, catches its error. `hook` is a chunk of
 * the user, everything else the library's own.
 */
static const char LIBRARY[] =
   "local watch_text, hook_source = ...\n"
   "local ffi = require('ffi')\n"
   "local watch = ffi.cast('volatile uint32_t *', tonumber(watch_text))\n"
   "local failures, message = 0, nil\n"
   "local hook = hook_source and assert(loadstring(hook_source, '@hook.lua'))\n"
   "local function dispatch(batch, from, count)\n"
   "   for i = from, count - 1 do\n"
   "      watch[0] = watch[0] + 1\n"
   "      local ok, text = pcall(hook, i)\n"
   "      watch[0] = watch[0] + 1\n"
   "      if not ok then failures, message = failures + 1, tostring(text) end\n"
   "   end\n"
   "   return count\n"
   "end\n"
   "return {\n"
   "   dispatch = dispatch,\n"
   "   failures = function() return failures end,\n"
   "   message = function() return message end,\n"
   "   join = function(...) return table.concat({...}, '-') end,\n"
   "   fail = function() error('on purpose') end,\n"
   "   throw = function() error({}) end,\n"
   "   long = function() error(('x'):rep(4000), 0) end,\n"
   "   hoard = function() local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end end,\n"
   "   large = function(kib) return ('x'):rep(tonumber(kib) * 1024) end,\n"
   "   walk = function()\n"
   "      local iterator = pairs({})\n"
   "      for _, f in ipairs({ next, pairs, iterator, table.foreach }) do\n"
   "         local info = require('jit.util').funcinfo(f)\n"
   "         assert(info.addr ~= nil and info.ffid == nil, 'the compiler knows it')\n"
   "      end\n"
   "      assert(iterator == next and next({}) == nil and select('#', next({})) == 1)\n"
   "      assert(not pcall(next, {}, 'no key') and not pcall(pairs) and not pcall(next, nil))\n"
   "      local t = {}\n"
   "      for i = 1, 100 do t[i], t['k' .. i], t[i + 0.5] = i, i, i end\n"
   "      local sum = 0\n"
   "      for _ = 1, 200 do for key, value in pairs(t) do sum = sum + (t[key] == value and value or 1e9) end end\n"
   "      for _, value in next, t do sum = sum + value end\n"
   "      assert(table.foreach(t, function(key, value) sum = sum + value end) == nil)\n"
   "      assert(table.foreach({ a = 7 }, function(key, value) return key .. value end) == 'a7')\n"
   "      return sum\n"
   "   end,\n"
   "   apart = function()\n"
   "      local mark, sum, fails = {}, 0, 0\n"
   "      assert(select('#', call_apart(function() return 1, 2 end)) == 1)\n"
   "      assert(select(2, call_apart(error, mark)) == mark and not pcall(call_apart))\n"
   "      assert(select(2, call_apart(error)) == nil and select('#', call_apart(error)) == 2)\n"
   "      local function body(i)\n"
   "         for k = 1, 20 do sum = sum + k end\n"
   "         if i % 10 == 0 then error(mark) end\n"
   "         sum = sum + i\n"
   "      end\n"
   "      for i = 1, 1000 do\n"
   "         local ok, what = call_apart(body, i)\n"
   "         if not ok then assert(what == mark) fails = fails + 1 end\n"
   "      end\n"
   "      assert(fails == 100)\n"
   "      return sum\n"
   "   end,\n"
   "   collect = function() collectgarbage() collectgarbage() end,\n"
   "}\n";

static watch_area watch;

static int enter(int (*body)(machine *, request *), machine *vm, const char *name, const char *code, int count,
      const char **arguments, const size_t *lengths, char **result, size_t *length) {
   request call = {.name = name, .code = code, .code_length = code == NULL ? 0 : strlen(code), .arguments = arguments,
      .lengths = lengths, .count = count};
   const int status = body(vm, &call);
   if (result != NULL) {
      *result = call.result;
      *length = call.result_length;
   } else {
      free(call.result);
   }
   return status;
}

static machine *start(const char *hook) {
   char address[32];
   snprintf(address, sizeof(address), "%llu", (unsigned long long)(uintptr_t)&watch);
   const char *arguments[] = {address, hook};
   const size_t lengths[] = {strlen(address), hook == NULL ? 0 : strlen(hook)};
   machine *vm = machine_create(LIMIT);
   REQUIRE(vm != NULL);
   vm->watch = &watch;
   watch.hook_serial = (watch.hook_serial + 1) & ~1u;
   watch.extra_memory_kib = 0;
   REQUIRE(enter(machine_start, vm, "@millrace/check.lua", LIBRARY, 2, arguments, lengths, NULL, NULL) == 0);
   return vm;
}

static int call(machine *vm, const char *name) {
   return enter(machine_call, vm, name, NULL, 0, NULL, NULL, NULL, NULL);
}

static long number(machine *vm, const char *name) {
   char *text;
   size_t length;
   REQUIRE(enter(machine_call, vm, name, NULL, 0, NULL, NULL, &text, &length) == 0);
   REQUIRE(text != NULL && length < 20);
   char copy[20] = {0};
   memcpy(copy, text, length);
   free(text);
   return strtol(copy, NULL, 10);
}

static int message_contains(machine *vm, const char *part) {
   char *text;
   size_t length;
   REQUIRE(enter(machine_call, vm, "message", NULL, 0, NULL, NULL, &text, &length) == 0);
   const int found = text != NULL && memmem(text, length, part, strlen(part)) != NULL;
   free(text);
   return found;
}

static void check_allocator(void) {
   machine *vm = start(NULL);
   REQUIRE(call(vm, "collect") == 0);
   const size_t before = vm->used;
   for (int i = 0; i < ROUNDS; i++) {
      REQUIRE(call(vm, "hoard") == MACHINE_FAILED);
      REQUIRE(strstr(vm->error, "not enough memory") != NULL);
      REQUIRE(vm->used <= LIMIT);
      REQUIRE(call(vm, "collect") == 0);
      REQUIRE(vm->used < before + (LIMIT / 4));
   }
   const char *kib[] = {"20000"};
   const size_t lengths[] = {5};
   REQUIRE(enter(machine_call, vm, "large", NULL, 1, kib, lengths, NULL, NULL) == MACHINE_FAILED);
   watch.extra_memory_kib = 64 << 10;
   char *text;
   size_t length;
   REQUIRE(enter(machine_call, vm, "large", NULL, 1, kib, lengths, &text, &length) == 0);
   REQUIRE(length == 20000 * 1024 && text[0] == 'x' && text[length - 1] == 'x');
   free(text);
   // More is in use than is allowed from now on: what is there stays, nothing is added.
   watch.extra_memory_kib = 0;
   REQUIRE(vm->used > LIMIT);
   REQUIRE(call(vm, "collect") == MACHINE_FAILED);
   watch.extra_memory_kib = 1;
   REQUIRE(call(vm, "collect") == MACHINE_FAILED);
   watch.extra_memory_kib = 64 << 10;
   REQUIRE(call(vm, "collect") == 0);
   watch.extra_memory_kib = 0;
   REQUIRE(enter(machine_call, vm, "large", NULL, 1, (const char *[]){"1000"}, (size_t[]){4}, NULL, NULL) == 0);
   machine_close(vm);
   REQUIRE(machine_create(1000) == NULL);
}

static void check_entries(void) {
   static const struct {
      const char *code;
      const char *error;
   } broken[] = {
      {"local = 3", "near '='"}, {"error('first')", "first"}, {"return 7", "table expected"},
      {"return {}", "function expected"}, {"return { dispatch = 3 }", "function expected"},
      {"error({})", "error without a message"}, {"error(nil)", "error without a message"},
      {"local function f() return 1 + f() end return f()", "stack overflow"},
   };
   for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
      machine *vm = machine_create(LIMIT);
      REQUIRE(enter(machine_start, vm, "@millrace/x.lua", broken[i].code, 0, NULL, NULL, NULL, NULL)
         == MACHINE_FAILED);
      REQUIRE(strstr(vm->error, broken[i].error) != NULL);
      machine_close(vm);
   }
   machine *vm = start(NULL);
   char *text;
   size_t length;
   const char *parts[] = {"a\0b", "", "c"};
   const size_t lengths[] = {3, 0, 1};
   REQUIRE(enter(machine_call, vm, "join", NULL, 3, parts, lengths, &text, &length) == 0);
   REQUIRE(length == 6 && memcmp(text, "a\0b--c", 6) == 0);
   free(text);
   REQUIRE(enter(machine_call, vm, "join", NULL, 0, NULL, NULL, &text, &length) == 0);
   REQUIRE(length == 0 && text != NULL);
   free(text);
   REQUIRE(enter(machine_call, vm, "collect", NULL, 0, NULL, NULL, &text, &length) == 0);
   REQUIRE(text == NULL);
   REQUIRE(call(vm, "missing") == MACHINE_FAILED && strstr(vm->error, "nil value") != NULL);
   REQUIRE(call(vm, "fail") == MACHINE_FAILED && strstr(vm->error, "on purpose") != NULL);
   REQUIRE(call(vm, "throw") == MACHINE_FAILED && strstr(vm->error, "without a message") != NULL);
   REQUIRE(call(vm, "long") == MACHINE_FAILED && strlen(vm->error) == MACHINE_ERROR_LENGTH - 1);
   // 202 times the sum of three times 1 to 100.
   REQUIRE(number(vm, "walk") == 202 * 3 * 5050);
   // 1000 times the sum of 1 to 20, and those of 1 to 1000 that ten does not divide.
   REQUIRE(number(vm, "apart") == 1000 * 210 + 450000);
   // No hook is there: the call of nil is the hook's failure, not the machine's.
   REQUIRE(machine_dispatch(vm, 0, 0, 3) == 3 && number(vm, "failures") == 3);
   REQUIRE(machine_dispatch(vm, 0, 5, 5) == 5 && number(vm, "failures") == 3);
   REQUIRE(interrupt_cpu_time_ns(vm) == -1 && interrupt_send(vm, 1) == 0);
   machine_close(vm);
}

/* The watchdog in small: interrupts a hook that has had its time. */
typedef struct {
   machine *vm;
   atomic_int stop;
} watchdog;

static void *watch_over(void *argument) {
   watchdog *dog = argument;
   uint32_t serial = 0;
   int64_t started = -1;
   while (!atomic_load(&dog->stop)) {
      const uint32_t now = watch.hook_serial;
      const int64_t spent = interrupt_cpu_time_ns(dog->vm);
      if ((now & 1) == 0 || spent < 0 || now != serial || started < 0) {
         serial = now;
         started = (now & 1) == 1 ? spent : -1;
      } else if (spent - started > DEADLINE_NS) {
         interrupt_send(dog->vm, serial);
         started += DEADLINE_NS / 5;
      }
      usleep(200);
   }
   return NULL;
}

static int dispatch_watched(machine *vm, int from, int count) {
   watchdog dog = {.vm = vm};
   pthread_t thread;
   REQUIRE(pthread_create(&thread, NULL, watch_over, &dog) == 0);
   const int done = machine_dispatch(vm, 0, from, count);
   atomic_store(&dog.stop, 1);
   REQUIRE(pthread_join(thread, NULL) == 0);
   return done;
}

/* Hooks that the second of three events brings to hang. Each ends as an error of that hook; the machine goes on. */
static void check_interpreted(void) {
   static const char *const hooks[] = {
      "local i = ... if i == 1 then while true do end end",
      "local i = ... while i == 1 do pcall(function() while true do end end) end",
      "local i = ... if i == 1 then while true do pcall(error, 1) end end",
      "local i = ... while i == 1 do local c = coroutine.wrap(function() while true do coroutine.yield() end end) "
         "while true do c() end end",
      "local i = ... while i == 1 do local c = coroutine.create(function() while true do end end) "
         "while true do coroutine.resume(c) end end",
      "local i = ... local function f() return pcall(f) end if i == 1 then while true do f() end end",
      "local i = ... if i == 1 then while true do table.sort({3, 2, 1}, function(a, b) return a < b end) end end",
   };
   for (size_t i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++) {
      char source[512];
      snprintf(source, sizeof(source), "jit.off(true, true) %s", hooks[i]);
      machine *vm = start(source);
      REQUIRE(dispatch_watched(vm, 0, 3) == 3);
      REQUIRE(number(vm, "failures") == 1);
      REQUIRE(message_contains(vm, "ran past its deadline"));
      // The next call of the same machine has its own deadline.
      REQUIRE(dispatch_watched(vm, 1, 3) == 3);
      REQUIRE(number(vm, "failures") == 2);
      machine_close(vm);
   }
}

static size_t machine_code_bytes(void) {
   FILE *maps = fopen("/proc/self/maps", "r");
   REQUIRE(maps != NULL);
   char line[512];
   size_t total = 0;
   while (fgets(line, sizeof(line), maps) != NULL) {
      unsigned long from, to, inode;
      char access[8];
      REQUIRE(sscanf(line, "%lx-%lx %7s %*s %*s %lu", &from, &to, access, &inode) == 4);
      if (access[2] == 'x' && inode == 0 && strchr(line, '[') == NULL) {
         total += to - from;
      }
   }
   REQUIRE(fclose(maps) == 0);
   return total;
}

/* Compiled loops, and one long C function: the machine is left behind, and all that it had mapped is given back. */
static void check_abandoned(void) {
   static const char *const hooks[] = {
      "while true do end",
      "local n = 0 while true do n = n + 1 end",
      "local t = {} while true do t[1] = (t[1] or 0) + 1 end",
      // While the error of a hook is handled, LuaJIT calls no hook.
      "jit.off(true, true) xpcall(function() while true do end end, function() while true do end end)",
      "local s = ('a'):rep(60) .. 'b' s:find(('a?'):rep(60) .. ('a'):rep(60) .. 'c')",
   };
   for (int round = 0; round < ROUNDS; round++) {
      const size_t before = machine_code_bytes();
      machine *vm = start(hooks[(size_t)round % (sizeof(hooks) / sizeof(hooks[0]))]);
      REQUIRE(dispatch_watched(vm, 0, 3) == MACHINE_ABANDONED);
      REQUIRE(strstr(vm->error, "ran past its deadline") != NULL);
      REQUIRE(machine_dispatch(vm, 0, 0, 1) == MACHINE_ABANDONED);
      REQUIRE(call(vm, "failures") == MACHINE_ABANDONED);
      machine_close(vm);
      REQUIRE(machine_code_bytes() == before);
   }
}

/* Many areas of machine code, chained, not only the newest. They are there before any deadline counts: how far a hook
 * gets within one depends on what else the processor does. */
static void check_much_machine_code(void) {
   const size_t before = machine_code_bytes();
   machine *vm = start(
      "local i = ...\n"
      "if i > 0 then while true do end end\n"
      "jit.opt.start('maxmcode=4096', 'sizemcode=64', 'maxtrace=8000')\n"
      "for i = 1, 3000 do\n"
      "   local f = loadstring('local n = 0 for i = 1, 200 do n = n + i % ' .. i .. ' end return n')\n"
      "   f()\n"
      "end");
   REQUIRE(machine_dispatch(vm, 0, 0, 1) == 1 && number(vm, "failures") == 0);
   REQUIRE(machine_code_bytes() >= before + 2 * (64 << 10));
   while (!atomic_load(&vm->abandoned)) {
      dispatch_watched(vm, 1, 2);
   }
   machine_close(vm);
   REQUIRE(machine_code_bytes() == before);
}

/* Interrupts sent all the time, for a hook that is not the one that runs: nobody is harmed. */
static void *pester(void *argument) {
   watchdog *dog = argument;
   while (!atomic_load(&dog->stop)) {
      interrupt_send(dog->vm, watch.hook_serial - 2);
      sched_yield();
   }
   return NULL;
}

static void check_stale_interrupts(void) {
   machine *vm = start("local t = {} for i = 1, 1000 do t[i] = ('x'):rep(i % 7) .. i end");
   watchdog dog = {.vm = vm};
   pthread_t thread;
   REQUIRE(pthread_create(&thread, NULL, pester, &dog) == 0);
   REQUIRE(machine_dispatch(vm, 0, 0, 3000) == 3000);
   atomic_store(&dog.stop, 1);
   REQUIRE(pthread_join(thread, NULL) == 0);
   REQUIRE(number(vm, "failures") == 0);
   machine_close(vm);
}

int main(void) {
   REQUIRE(interrupt_install() == 0);
   check_allocator();
   check_entries();
   check_interpreted();
   check_abandoned();
   check_much_machine_code();
   check_stale_interrupts();
   return 0;
}
