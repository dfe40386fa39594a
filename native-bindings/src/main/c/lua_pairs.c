// `next`, `pairs` and `table.foreach` as C functions, in the place of LuaJIT's own. LuaJIT before April 2022 may lose
// the upper half of an address in the code that it compiles for `next`, and the process is gone; a C function is
// called, never compiled.
#include <lauxlib.h>
#include <lua.h>

#include "lua_machine.h"

static int next_entry(lua_State *state) {
    luaL_checktype(state, 1, LUA_TTABLE);
    lua_settop(state, 2);
    if (lua_next(state, 1)) {
        return 2;
    }
    lua_pushnil(state);
    return 1;
}

static int pairs(lua_State *state) {
    luaL_checktype(state, 1, LUA_TTABLE);
    lua_pushvalue(state, lua_upvalueindex(1));
    lua_pushvalue(state, 1);
    lua_pushnil(state);
    return 3;
}

static int foreach(lua_State *state) {
    luaL_checktype(state, 1, LUA_TTABLE);
    luaL_checktype(state, 2, LUA_TFUNCTION);
    lua_pushnil(state);
    while (lua_next(state, 1)) {
        lua_pushvalue(state, 2);
        lua_pushvalue(state, -3);
        lua_pushvalue(state, -3);
        lua_call(state, 2, 1);
        if (!lua_isnil(state, -1)) {
            return 1;
        }
        lua_pop(state, 2);
    }
    return 0;
}

void machine_open_pairs(lua_State *state) {
    lua_pushcfunction(state, next_entry);
    lua_pushvalue(state, -1);
    lua_setglobal(state, "next");
    lua_pushcclosure(state, pairs, 1);
    lua_setglobal(state, "pairs");
    lua_getglobal(state, "table");
    lua_pushcfunction(state, foreach);
    lua_setfield(state, -2, "foreach");
    lua_pop(state, 1);
}
