-- Tells which hooks LuaJIT cannot compile in one trace with the walk over the events: those with loops, with functions
-- made inside them, or with calls of what is never compiled. Compiled code that starts in the middle of such a hook finds
-- no way back through `pcall`, and the rest of the event would be interpreted.
local library = ...
local flow_api = library("flow_api")
local util = require("jit.util")
local funcbc, funck, funcinfo = util.funcbc, util.funck, util.funcinfo
local band, type, rawget = bit.band, type, rawget

-- Functions of Lua and of our modules, besides those of `flow`, that make a hook so wherever they are called. Those
-- that only hooks with something to say call are not among them: they do not say it of most flows.
local NAMES = { find = true, gmatch = true, gsub = true, match = true, next = true, pairs = true, unpack = true }
for name in pairs(flow_api.apart()) do
    NAMES[name] = true
end

local function instructions(body)
    local pc = 0
    return function()
        pc = pc + 1
        local instruction = funcbc(body, pc)
        return instruction and band(instruction, 0xff)
    end
end

local function opcodes(source)
    local set = {}
    for opcode in instructions(assert(loadstring(source))) do
        set[opcode] = true
    end
    return set
end

-- Numbers of instructions differ between releases of LuaJIT. These are those that only loops and functions have.
local LOOPS = opcodes([[
    local a, b = ...
    for i = a, b do end
    for k in a do end
    for k in next, a do end
    while a do b() end
    return function() end
]])
local STRAIGHT = opcodes("local a, b = ... local c, d, e if a then b(next, nil) return c end c, d = b, 1 return a, b")
for opcode in pairs(STRAIGHT) do
    LOOPS[opcode] = nil
end

-- Functions that one hook may reach before it counts as one of those: each is looked into within the last.
local MOST = 100

local is_broken

-- Whether one of the functions that a value is or holds by a name that the code knows is.
local function holds_broken(value, names, seen)
    if type(value) == "function" then
        return is_broken(value, seen)
    elseif type(value) == "table" then
        for name in pairs(names) do
            local member = rawget(value, name)
            if type(member) == "function" and is_broken(member, seen) then
                return true
            end
        end
    end
    return false
end

local function constant_names(body)
    local names, i = {}, -1
    local constant = funck(body, i)
    while constant ~= nil do
        if type(constant) == "string" then
            names[constant] = true
        end
        i = i - 1
        constant = funck(body, i)
    end
    return names
end

is_broken = function(body, seen)
    local information = funcinfo(body)
    if seen[body] or information.addr or information.source:find("^@millrace/") then
        return false
    end
    seen[body], seen.count = true, seen.count + 1
    if seen.count > MOST then
        return true
    end
    for opcode in instructions(body) do
        if LOOPS[opcode] then
            return true
        end
    end
    local names = constant_names(body)
    for name in pairs(names) do
        if NAMES[name] then
            return true
        end
    end
    local i = 1
    local name, value = debug.getupvalue(body, i)
    while name do
        if holds_broken(value, names, seen) then
            return true
        end
        i = i + 1
        name, value = debug.getupvalue(body, i)
    end
    return holds_broken(getfenv(body), names, seen)
end

-- Whether a hook is to be called apart.
return function(hook)
    return type(hook) == "function" and is_broken(hook, { count = 0 })
end
