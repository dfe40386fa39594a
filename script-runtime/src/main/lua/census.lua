-- Finds out whose objects fill the memory, when it is full: the script that asks in vain need not be the one that has
-- taken. Looks through everything that each script can reach: globals, hooks, upvalues, coroutines.
local library, settings = ...
local control = library("layout").control
local getinfo, getupvalue, getlocal, getmetatable = debug.getinfo, debug.getupvalue, debug.getlocal, debug.getmetatable
local getfenv, next, type, collect = debug.getfenv, next, type, collectgarbage

-- What LuaJIT 2.1 takes for an object on a 64-bit machine, without what hangs from it.
local STRING, TABLE, SLOT, FUNCTION, UPVALUE, THREAD = 24, 64, 24, 40, 40, 1024
-- Of the limit: a script with less than this is not the one that filled it.
local SHARE = 0.25

local function is_ours(body)
    local info = getinfo(body, "S")
    return info.what == "C" or info.source:sub(1, 10) == "@millrace/"
end

local function weigh(roots, seen)
    local waiting, count, bytes = {}, 0, 0
    local function visit(value)
        local kind = type(value)
        if kind == "string" or kind == "table" or kind == "function" or kind == "thread" then
            if not seen[value] then
                seen[value] = true
                count = count + 1
                waiting[count] = value
            end
        end
    end
    for i = 1, #roots do
        visit(roots[i])
    end
    while count > 0 do
        local value = waiting[count]
        waiting[count] = nil
        count = count - 1
        local kind = type(value)
        if kind == "string" then
            bytes = bytes + STRING + #value
        elseif kind == "table" then
            bytes = bytes + TABLE
            visit(getmetatable(value))
            for key, item in next, value do
                bytes = bytes + SLOT
                visit(key)
                visit(item)
            end
        elseif kind == "thread" then
            bytes = bytes + THREAD
            local level = 0
            while getinfo(value, level, "l") do
                local i = 1
                while true do
                    local name, item = getlocal(value, level, i)
                    if name == nil then
                        break
                    end
                    visit(item)
                    i = i + 1
                end
                visit(getinfo(value, level, "f").func)
                level = level + 1
            end
        elseif not is_ours(value) then
            bytes = bytes + FUNCTION
            visit(getfenv(value))
            local i = 1
            while true do
                local name, item = getupvalue(value, i)
                if name == nil then
                    break
                end
                bytes = bytes + UPVALUE
                visit(item)
                i = i + 1
            end
        end
    end
    return bytes
end

local function fullest(entries)
    local best, best_bytes, seen = nil, SHARE * settings.memory_limit, {}
    for i = 1, #entries do
        local entry = entries[i]
        local bytes = weigh({ entry.script, entry.hooks }, seen)
        if bytes > best_bytes then
            best, best_bytes = entry.index, bytes
        end
    end
    return best
end

-- What a failed call leaves on the stack above its top is out of use, yet kept from the collector; this covers it. Not
-- to be compiled: compiled code leaves the stack alone.
local cover = loadstring("local a" .. (", a"):rep(190), "@millrace/cover")
jit.off(cover)

-- Index of the entry that holds the most; nil where none holds much.
local function holder(entries)
    -- The walk itself needs room for a mark per object.
    local extra_kib = control.extra_memory_kib
    control.extra_memory_kib = extra_kib + 2 * settings.memory_limit / 1024
    local ok, best = pcall(fullest, entries)
    cover()
    collect()
    control.extra_memory_kib = extra_kib
    return ok and best or nil
end

return { holder = holder, cover = cover }
