-- Why LuaJIT gives traces up, for `--script-profile`; loaded where that is given only. Scripts reach nothing of it: the
-- events that it listens to are those of LuaJIT's own `jit` module, which they do not have.
local library = ...
local control = library("layout").control
local type, pairs, pcall = type, pairs, pcall
local format = string.format

local MAX_DISTINCT = 1000

-- LuaJIT's own names of errors and instructions; not from the folder that Millrace was started in.
local function definitions()
    local path = package.path
    package.path = path:gsub("%./[^;]*;?", "")
    local ok, names = pcall(require, "jit.vmdef")
    package.path = path
    return ok and names or { traceerr = {}, ffnames = {}, bcnames = "" }
end

local names = definitions()
local information = require("jit.util").funcinfo
local aborts, distinct = {}, 0

local function name_of(body, instruction)
    local of = information(body, instruction)
    if of.source then
        return of.source:gsub("^@", "") .. ":" .. (of.currentline or of.linedefined)
    end
    return of.ffid and names.ffnames[of.ffid] or "C function"
end

local function cause_of(code, detail)
    if type(code) ~= "number" then
        return tostring(code)
    end
    local text = names.traceerr[code]
    if text == nil then
        return "trace error " .. code .. " (libluajit-5.1-common names it)"
    end
    if type(detail) == "function" then
        detail = name_of(detail)
    elseif text:find("bytecode", 1, true) and type(detail) == "number" then
        text, detail = text:gsub("%%d", "%%s"), names.bcnames:sub(detail * 6 + 1, detail * 6 + 6):gsub("%s", "")
    end
    return format(text, detail)
end

local function on_trace(what, _, body, instruction, code, detail)
    if what ~= "abort" then
        return
    end
    local key = control.current_script .. "\31" .. name_of(body, instruction) .. "\31" .. cause_of(code, detail)
    local count = aborts[key]
    if count == nil then
        if distinct == MAX_DISTINCT then
            return
        end
        distinct = distinct + 1
    end
    aborts[key] = (count or 0) + 1
end

-- From here on: what the library does while scripts are loaded is not theirs.
local function listen()
    jit.attach(on_trace, "trace")
end

-- All so far: index of the script, file and line, cause, count per record.
local function trace_aborts()
    local list = {}
    for key, count in pairs(aborts) do
        list[#list + 1] = key .. "\31" .. count
    end
    table.sort(list)
    return table.concat(list, "\30")
end

return { listen = listen, trace_aborts = trace_aborts }
