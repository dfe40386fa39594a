-- First chunk of a virtual machine: loads the library, returns the entry points that Java calls.
-- Arguments: a chunk that returns the settings, then name and source of each library module.
local settings_source = ...
local loadstring, assert, error, setmetatable = loadstring, assert, error, setmetatable

local sources = {}
for i = 2, select("#", ...), 2 do
    local name, source = select(i, ...)
    sources[name] = source
end

local settings = assert(loadstring(settings_source, "=settings"))()
local loaded = {}

-- Library modules get this function and the settings; users' scripts never see either.
local function library(name)
    local module = loaded[name]
    if module == nil then
        local source = sources[name] or error("no library module '" .. name .. "'")
        module = assert(loadstring(source, "@millrace/" .. name .. ".lua"))(library, settings)
        loaded[name] = module
    end
    return module
end

-- A method call on a string reaches the sandbox's string table, never one that a script could have changed for us.
local sandbox = library("sandbox")
local string_metatable = getmetatable("")
string_metatable.__index = setmetatable({}, { __index = sandbox.string, __newindex = function() end })
string_metatable.__metatable = false

-- Each field of a table that compiled code writes or reads is a constant or two of its trace: getFullInfo has a
-- hundred.
jit.opt.start("maxmcode=8192", "sizemcode=256", "maxtrace=8000", "maxrecord=16000", "maxside=400", "maxsnap=1500",
    "maxirconst=8000")

local dispatch = library("dispatch")
local failures = library("failures")
local guard = library("guard")
local scripts = library("scripts")
local profile = settings.profiled == 1 and library("profile") or nil

local entries = {
    load = guard.interpreted(scripts.load),
    finish = function()
        scripts.finish()
        if profile then
            profile.listen()
        end
        jit.on()
    end,
    teardown = guard.interpreted(scripts.teardown),
    collect = function()
        collectgarbage()
    end,
    errors = failures.records,
    needs = function()
        return tostring(library("needs").level())
    end,
    trace_aborts = profile and profile.trace_aborts or nil,
    lint = function(source, folder)
        return library("lint").lint(source, folder)
    end,
    layout = library("layout").describe,
    api = library("flow_api").lines,
    reference = library("flow_api").document,
    statuses = library("statuses").names,
    define = guard.interpreted(library("definitions").define),
}
-- None may end in a call of a built-in function, which would take its place on the stack: where LuaJIT says why it gives
-- a trace up, it looks for a function of Lua there, and below the stack if there is none.
for name, body in pairs(entries) do
    entries[name] = function(...)
        local result = body(...)
        return result
    end
end
entries.dispatch = dispatch.dispatch
return entries
