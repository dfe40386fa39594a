// A protected call as a C function, for bodies that LuaJIT cannot compile in one trace with their caller. Code that it
// compiles from the middle of a body on (from a loop, or after a call of C) can end with a return into a C frame, but
// not with one through `pcall`: what is left to do would be interpreted until the caller's loop comes round.
#include <lauxlib.h>
#include <lua.h>

#include "lua_machine.h"

// call_apart(body, ...): true, or false and the error; results of the body are dropped.
static int call_apart(lua_State *state) {
    luaL_checkany(state, 1);
    if (lua_pcall(state, lua_gettop(state) - 1, 0, 0) == 0) {
        lua_pushboolean(state, 1);
        return 1;
    }
    lua_pushboolean(state, 0);
    lua_insert(state, 1);
    return 2;
}

void machine_open_apart(lua_State *state) {
    lua_pushcfunction(state, call_apart);
    lua_setglobal(state, "call_apart");
}
