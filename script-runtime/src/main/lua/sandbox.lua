-- The world of users' scripts: each has its own globals and its own copies of the standard tables, so that what one
-- changes hurts no other. No way leads from here to ffi, jit, debug, native modules or the host; io and os may be
-- allowed by name.
local library, settings = ...
local emission = library("emission")
local layout = library("layout")
local reach = library("reach")
local packet_time = library("packet_time")
local utils = library("lua_utils")
local additions = library("lua_additions")
local dialect = library("lua_dialect")
local modules = library("modules")
local requiring = library("requiring")
local script_files = library("script_files")
local needs = library("needs")
local real_io, real_os = io, os
local getinfo, traceback = debug.getinfo, debug.traceback
local loadstring, setfenv, setmetatable = loadstring, setfenv, setmetatable
local type, tostring, error, pairs, ipairs, select, pcall = type, tostring, error, pairs, ipairs, select, pcall
local collect, concat, sort, next = collectgarbage, table.concat, table.sort, next

local control, stats = layout.control, layout.stats
local allowed = reach.groups

local function copy(of)
    local result = {}
    for key, value in pairs(of) do
        result[key] = value
    end
    return result
end

-- Counts a call of something that is closed to the script in hand.
local function blocked()
    local counters = stats[control.current_script]
    counters.blocked = counters.blocked + 1
end

local function refused(name, flag)
    return function()
        blocked()
        error(name .. " is not available to flow scripts" .. (flag and "; to allow it, start with --allow-script "
            .. flag or ""), 2)
    end
end

local strings = copy(string)
strings.dump = refused("string.dump")
for name, value in pairs(utils.strings) do
    strings[name] = value
end

local tables = copy(table)
for name, value in pairs(utils.tables) do
    tables[name] = value
end

local system = {}
for name, body in pairs(real_os) do
    system[name] = allowed.os and body or refused("os." .. name, "os")
end
function system.exit()
    blocked()
    error("os.exit is not available to flow scripts: a script cannot end the engine; return from the hook instead", 2)
end
-- The locale is that of the whole process.
function system.setlocale(locale)
    if locale == nil or locale == "C" or locale == "" then
        return "C"
    end
    return nil
end
system.time, system.date, system.clock = packet_time.time, packet_time.date, packet_time.clock
system.difftime = packet_time.difftime

local function write(...)
    local parts = { ... }
    for i = 1, select("#", ...) do
        local value = parts[i]
        if type(value) ~= "string" and type(value) ~= "number" and type(value) ~= "cdata" then
            error("bad argument #" .. i .. " to 'write' (string expected, got " .. type(value) .. ")", 2)
        end
    end
    for i = 1, #parts do
        parts[i] = additions.tostring(parts[i])
    end
    emission.text(concat(parts))
    return true
end

-- Stands for a script's standard output; each has its own.
local function output_of()
    local output = {}
    function output:write(...)
        write(...)
        return self
    end
    function output:flush()
        return self
    end
    function output:close()
        return true
    end
    function output:setvbuf()
        return true
    end
    return output
end

-- All files of a process share one metatable: nobody but us gets at it.
debug.getmetatable(real_io.stdout).__metatable = false

local files = {}
for name, body in pairs(real_io) do
    if type(body) == "function" then
        files[name] = refused("io." .. name, "io")
    end
end
if allowed.io then
    for name, body in pairs(reach.files(blocked)) do
        files[name] = body
    end
end
files.type = real_io.type
files.popen = allowed.os and real_io.popen or refused("io.popen", "os")
files.write = write
files.flush = function() return true end

-- LuaJIT gives strings random places in tables, so that `pairs` goes through the same table in another order in each
-- run. A replay must say the same each time: there, `pairs` takes the sequence first, then numbers, then strings, each
-- in ascending order, then the rest. No closure is made, so that loops over it still compile.
local function before(a, b)
    local kind_a, kind_b = type(a), type(b)
    if kind_a == kind_b then
        return (kind_a == "number" or kind_a == "string") and a < b
    elseif kind_a == "number" or kind_b == "number" then
        return kind_a == "number"
    end
    return kind_a == "string"
end

-- Without a loop of its own, which LuaJIT would have to compile before the one that it serves.
local function step(walk)
    local i = walk.position + 1
    walk.position = i
    local key = i <= walk.length and i or walk.keys[i - walk.length]
    if key == nil then
        return nil
    end
    local value = walk.of[key]
    if value ~= nil then
        return key, value
    end
    return step(walk)
end

local SHORT = 16
local function ordered_pairs(of)
    if type(of) ~= "table" then
        error("bad argument #1 to 'pairs' (table expected, got " .. (of == nil and "nil" or type(of)) .. ")", 2)
    end
    local length, keys, count = #of, {}, 0
    for key in next, of do
        if type(key) ~= "number" or key < 1 or key > length or key % 1 ~= 0 then
            count = count + 1
            keys[count] = key
            local i = count
            while count <= SHORT and i > 1 and before(key, keys[i - 1]) do
                keys[i] = keys[i - 1]
                i = i - 1
                keys[i] = key
            end
        end
    end
    if count > SHORT then
        sort(keys, before)
    end
    return step, { of = of, keys = keys, length = length, position = 0 }, nil
end

-- Native functions that call back, and coroutines, nest on the stack of the thread, which LuaJIT does not watch: a
-- recursion through them is ended here, long before the stack is.
local MAX_NESTED = 100
local nested = 0

local function returned(...)
    nested = nested - 1
    return ...
end

local function unwrap(ok, ...)
    if not ok then
        error((...), 0)
    end
    return ...
end

local function nest(body, ...)
    if nested >= MAX_NESTED then
        error("stack overflow: calls from gsub, sort or coroutines are nested deeper than " .. MAX_NESTED, 3)
    end
    nested = nested + 1
    return unwrap(returned(pcall(body, ...)))
end

local gsub, resume_coroutine, create_coroutine = string.gsub, coroutine.resume, coroutine.create

function strings.gsub(text, pattern, replacement, limit)
    local kind = type(replacement)
    if kind == "function" or kind == "table" then
        return nest(gsub, text, pattern, replacement, limit)
    end
    return gsub(text, pattern, replacement, limit)
end

function tables.sort(list, comparator)
    return nest(sort, list, comparator)
end

local coroutines = copy(coroutine)
local function resume(thread, ...)
    if nested >= MAX_NESTED then
        return false, "stack overflow: coroutines are nested deeper than " .. MAX_NESTED
    end
    nested = nested + 1
    return returned(resume_coroutine(thread, ...))
end
coroutines.resume = resume

local function pass(...)
    return ...
end

-- The body stays on the stack even where it ends in a call of a built-in function: where LuaJIT says why it gives a
-- trace up, it looks for a function of Lua there, and below the stack if there is none.
function coroutines.create(body)
    if type(body) ~= "function" then
        return create_coroutine(body)
    end
    return create_coroutine(function(...)
        return pass(body(...))
    end)
end

function coroutines.wrap(body)
    local thread = coroutines.create(body)
    return function(...)
        return unwrap(resume(thread, ...))
    end
end

-- Tables of the library that a script gets are copies: what it changes in them changes nothing for anybody else.
local function deep_copy(of)
    if type(of) ~= "table" then
        return of
    end
    local metatable = getmetatable(of)
    if metatable ~= nil and type(metatable) ~= "table" then
        return of -- protected: nobody can change it, and it is known by its identity
    end
    local result = {}
    for key, value in next, of do
        result[key] = deep_copy(value)
    end
    return setmetatable(result, deep_copy(metatable))
end

-- What a script may know of its own stack: places, not functions.
local inspection = {}
for name in pairs(debug) do
    inspection[name] = refused("debug." .. name)
end
for name, body in pairs({
    traceback = function(message)
        -- Not a tail call: that would take this function off the stack and the caller with it.
        local text = traceback(type(message) == "string" and message or "", 2)
        return text
    end,
    getinfo = function(level)
        local info = type(level) == "number" and getinfo(level + 1, "Sln")
        return info and {
            source = info.source, short_src = info.short_src, currentline = info.currentline, name = info.name,
            what = info.what, linedefined = info.linedefined,
        } or nil
    end,
}) do
    inspection[name] = body
end

local function compile(source, name, environment)
    if type(source) ~= "string" then
        error("a chunk must be text, not a " .. type(source), 3)
    elseif source:byte(1) == 27 then
        blocked()
        return nil, "compiled Lua is refused: load the source text"
    end
    needs.note(source)
    -- Names that start so are trusted: they are the library's own.
    if type(name) == "string" and name:sub(1, 10) == "@millrace/" then
        name = "=" .. name:sub(2)
    end
    name = name or "=(load)"
    local chunk, message = loadstring(source, name)
    if chunk == nil then
        local rewritten = dialect.rewritten(source)
        chunk = rewritten and loadstring(rewritten, name)
    end
    if chunk == nil then
        return nil, dialect.explain(source, message)
    end
    return setfenv(chunk, environment)
end

-- LuaJIT cuts names of chunks at 60 characters, and with them the line numbers of errors: the file's own name is
-- enough.
local function chunk_name(path)
    return "@" .. path:match("[^/]*$")
end

-- Fresh globals for one script of a generation, and paths of the files that it requires, as it does. folder: where its
-- own modules lie; nil for none.
local function environment(folder, generation)
    local globals = copy(utils.globals)
    for _, name in ipairs({ "assert", "error", "getmetatable", "ipairs", "next", "pairs", "pcall", "rawequal", "rawget",
        "rawset", "select", "setmetatable", "tonumber", "tostring", "type", "unpack", "xpcall", "_VERSION" }) do
        globals[name] = _G[name]
    end
    globals._G = globals
    for name, body in pairs(utils.tracing(globals)) do
        globals[name] = body
    end
    if settings.ordered == 1 then
        globals.pairs = ordered_pairs
    end
    globals.string, globals.table, globals.math = copy(strings), copy(tables), copy(math)
    globals.coroutine, globals.bit = copy(coroutines), copy(bit)
    for name, value in pairs(globals) do
        if type(value) == "table" and value ~= globals then
            globals[name] = deep_copy(value)
        end
    end
    globals.os, globals.io, globals.debug = copy(system), copy(files), copy(inspection)
    globals.io.stdout, globals.io.stderr = output_of(), output_of()
    globals.type, globals.tostring, globals.utf8 = additions.type, additions.tostring, copy(additions.utf8)
    globals.rawlen = additions.rawlen
    for name, body in pairs(additions.math) do
        globals.math[name] = body
    end
    globals.flow = copy(library("flow").of(generation))
    globals.ntop, globals.interface = copy(library("ntop").ntop), library("ntop").interface_of(generation)
    globals.host, globals.network = {}, {}
    for name, body in pairs(script_files.functions(folder)) do
        globals.ntop[name] = body
    end
    globals.dirs = globals.ntop.getDirs()
    globals.l4_keys, globals.L4_PROTO_KEYS = deep_copy(globals.l4_keys), deep_copy(globals.L4_PROTO_KEYS)
    modules.settle(generation, globals)
    local loaded, paths
    globals.require, loaded, paths = requiring.requirer(globals, folder, generation, {
        compile = compile, chunk_name = chunk_name, blocked = blocked,
    })
    globals.package = {
        loaded = loaded, path = "", cpath = "", config = package.config, loadlib = refused("package.loadlib"),
    }
    function globals.collectgarbage(option)
        if option == nil or option == "collect" or option == "step" then
            collect("step")
            return 0
        elseif option == "count" then
            return collect("count")
        end
        blocked()
        error("collectgarbage('" .. tostring(option) .. "') is not available to flow scripts", 2)
    end
    function globals.loadstring(source, name)
        return compile(source, name, globals)
    end
    function globals.load(source, name, _, chosen)
        if type(source) == "function" then
            local parts = {}
            for part in source do
                if part == "" then
                    break
                end
                parts[#parts + 1] = part
            end
            source = tables.concat(parts)
        end
        return compile(source, name, chosen or globals)
    end
    globals.dofile = refused("dofile", "io")
    globals.loadfile = refused("loadfile", "io")
    if allowed.io then
        function globals.loadfile(path)
            local file, message = files.open(path, "rb")
            if file == nil then
                return nil, message
            end
            local source = file:read("*a")
            file:close()
            return compile(source, chunk_name(path), globals)
        end
        function globals.dofile(path)
            local chunk, problem = globals.loadfile(path)
            return chunk and chunk() or error(problem, 0)
        end
    end
    return globals, paths
end

return { string = strings, environment = environment, chunk_name = chunk_name, compile = compile }
