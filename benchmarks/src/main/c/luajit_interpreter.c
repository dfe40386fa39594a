/*
 * Loaded before all other libraries (LD_PRELOAD) into a process under measurement, switches LuaJIT's compiler off in every
 * virtual machine that opens its libraries: the same hooks, interpreted.
 */
#define _GNU_SOURCE

#include <dlfcn.h>
#include <stdlib.h>

#include <lua.h>
#include <luajit.h>
#include <lualib.h>

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
}
