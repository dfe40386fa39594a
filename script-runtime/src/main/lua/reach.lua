-- What --allow-script opens of the host: groups by name, and for io, where folders are named, only what lies in them.
-- A path is followed to where it really leads, links and all, before it is judged; what is judged is what is opened.
local _, settings = ...
local ffi = require("ffi")
local real_io = io
local type, error, ipairs = type, error, ipairs

ffi.cdef [[
char *realpath(const char *path, char *resolved);
long readlink(const char *path, char *target, size_t length);
void free(void *block);
]]
local scratch = ffi.new("char[1]")
local EACCES = 13 -- permission denied (errno.h)

local groups, folders = {}, {}
for _, entry in ipairs(settings.allowed) do
    local name, list = entry:match("^(%w+)=(.*)$")
    groups[name or entry] = true
    for folder in (list or ""):gmatch("[^:]+") do
        folders[#folders + 1] = folder == "/" and "/" or folder .. "/"
    end
    if name == nil and entry == "io" then
        folders[#folders + 1] = "/"
    end
end

local function real_path(path)
    local resolved = ffi.C.realpath(path, nil)
    if resolved == nil then
        return nil
    end
    local text = ffi.string(resolved)
    ffi.C.free(resolved)
    return text
end

local function lies_open(path)
    for _, folder in ipairs(folders) do
        if path:sub(1, #folder) == folder then
            return true
        end
    end
    return false
end

-- Where the path leads; nil where that is closed. What does not exist yet lies in its folder.
local function resolve(path)
    if path:find("\0", 1, true) then
        return nil
    end
    local resolved = real_path(path)
    if resolved == nil then
        if ffi.C.readlink(path, scratch, 1) >= 0 then
            return nil -- a link to nowhere: opened for writing, it would make a file there
        end
        local folder, name = path:match("^(.*)/([^/]+)$")
        folder = real_path(folder == nil and "." or folder == "" and "/" or folder)
        name = name or path
        if folder == nil or name == "." or name == ".." then
            return nil
        end
        resolved = (folder == "/" and "/" or folder .. "/") .. name
    end
    return lies_open(resolved) and resolved or nil
end

local function everywhere()
    for _, folder in ipairs(folders) do
        if folder == "/" then
            return true
        end
    end
    return false
end

-- The functions of io that take a path; blocked: called where one is refused. They fail as the Lua manual says: `open`
-- returns nil, words and a number, `lines` raises.
local function files(blocked)
    -- Where the path leads; nil and words where it is closed.
    local function checked(caller, path, level)
        if type(path) ~= "string" then
            error("bad argument #1 to '" .. caller .. "' (string expected, got " .. type(path) .. ")", level + 1)
        end
        local resolved = resolve(path)
        if resolved == nil then
            blocked()
            return nil, path .. ": lies in no folder that is open to flow scripts; to open it, add it to --allow-script"
                .. " io=FOLDER"
        end
        return resolved
    end
    local opened = {
        open = function(path, mode)
            local resolved, refusal = checked("open", path, 2)
            if resolved == nil then
                return nil, refusal, EACCES
            end
            local file, message, code = real_io.open(resolved, mode)
            return file, message, code
        end,
        lines = function(path, ...)
            if path == nil then
                error("io.lines: there is no standard input here: give a path", 2)
            end
            local resolved, refusal = checked("lines", path, 2)
            if resolved == nil then
                error(refusal, 2)
            end
            return real_io.lines(resolved, ...)
        end,
        read = function()
            error("io.read: there is no standard input here: open a file", 2)
        end,
        input = function()
            error("io.input: there is no standard input here: open a file", 2)
        end,
        output = function()
            error("io.output: standard output stays what it is: open a file", 2)
        end,
        close = function(file)
            if file == nil then
                error("io.close: give the file", 2)
            end
            return file:close()
        end,
    }
    if everywhere() then
        opened.tmpfile = real_io.tmpfile
    end
    return opened
end

return { groups = groups, files = files }
