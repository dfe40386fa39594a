/*
 * Loaded before all other libraries (LD_PRELOAD) into a process under measurement, switches LuaJIT's compiler off in
 * every virtual machine that opens its libraries, for good: Millrace's own `jit.on`, called once scripts are loaded,
 * does nothing. The same hooks, interpreted.
 */
#define _GNU_SOURCE

#include <dlfcn.h>
#include <stdlib.h>

#include <lua.h>
#include <luajit.h>
#include <lualib.h>

static int stay_off(lua_State *state) {
   (void)state;
   return 0;
}

LUALIB_API void luaL_openlibs(lua_State *state) {
   void (*open)(lua_State *) = (void (*)(lua_State *))dlsym(RTLD_NEXT, "luaL_openlibs");
   int (*set_mode)(lua_State *, int, int) = (int (*)(lua_State *, int, int))dlsym(RTLD_NEXT, "luaJIT_setmode");
   if (open == NULL || set_mode == NULL) {
      abort();
   }
   open(state);
   if (set_mode(state, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF) != 1) {
      abort();
   }
   lua_getglobal(state, "jit");
   lua_pushcfunction(state, stay_off);
   lua_setfield(state, -2, "on");
   lua_pop(state, 1);
}
