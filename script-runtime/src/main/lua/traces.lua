-- Watches LuaJIT give traces up, and sets apart those scripts whose hooks it cannot compile in one trace with the walk over
-- the events: hooks with loops, with closures, or with calls of C functions. Scripts reach nothing of it: they do not
-- have LuaJIT's `jit` module.
local library, settings = ...
local control = library("layout").control
local profile = settings.profiled == 1 and library("profile") or nil
local band = bit.band

-- One or two happen to any hook, when it was stopped amid the recording of a trace.
local ENOUGH = 3

local aborts = {} -- script index -> traces given up within its hooks
local apart = {} -- script index -> true
local is_changed = false

local function on_trace(what, _, body, instruction, code, detail)
    if what ~= "abort" then
        return
    end
    if profile then
        profile.note(body, instruction, code, detail)
    end
    if band(control.hook_serial, 1) == 1 then
        local index = control.current_script
        local count = (aborts[index] or 0) + 1
        aborts[index] = count
        if count == ENOUGH then
            apart[index] = true
            is_changed = true
        end
    end
end

-- From here on: what the library does while scripts are loaded is not theirs.
local function listen()
    jit.attach(on_trace, "trace")
end

-- Whether a script was set apart since the last call. Then all compiled code is forgotten: exits of traces that LuaJIT has
-- given up on stay with the interpreter for ever.
local function have_changed()
    if not is_changed then
        return false
    end
    is_changed = false
    jit.flush()
    return true
end

local function is_apart(index)
    return apart[index] ~= nil
end

return { listen = listen, have_changed = have_changed, is_apart = is_apart }
