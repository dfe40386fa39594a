-- What a script may see of files without leave: names and modules in the tree that it was loaded from, which is the
-- installation that its folder belongs to, or else that folder.
local ffi = require("ffi")
local type, tostring, ipairs = type, tostring, ipairs

-- struct dirent of glibc on 64-bit Linux.
ffi.cdef [[
typedef struct {
    uint64_t inode;
    int64_t offset;
    uint16_t record_length;
    uint8_t type;
    char name[256];
} millrace_dirent_t;
void *opendir(const char *path);
millrace_dirent_t *readdir(void *folder);
int closedir(void *folder);
int access(const char *path, int mode);
]]

local INSTALLATIONS = { "^(.*)/scripts/callbacks/", "^(.*)/scripts/plugins/", "^(.*)/callbacks/", "^(.*)/plugins/" }

-- The folder above ntopng's `scripts`, or above what would lie in it.
local function root_of(folder)
    for _, pattern in ipairs(INSTALLATIONS) do
        local root = (folder .. "/"):match(pattern)
        if root and root ~= "" then
            return root
        end
    end
    return folder
end

local function lies_in(root, path)
    return path:sub(1, #root + 1) == root .. "/" and not (path .. "/"):find("/../", 1, true)
        and not path:find("\0", 1, true)
end

local function list(folder)
    local names = {}
    local handle = ffi.C.opendir(folder)
    if handle == nil then
        return names
    end
    local entry = ffi.C.readdir(handle)
    while entry ~= nil do
        local name = ffi.string(entry.name)
        if name:sub(1, 1) ~= "." then
            names[name] = name
        end
        entry = ffi.C.readdir(handle)
    end
    ffi.C.closedir(handle)
    return names
end

-- getDirs, exists and readdir of `ntop` for scripts of a folder; nil for scripts of none.
local function functions(folder)
    local root = folder and root_of(folder) or ""
    return {
        getDirs = function()
            return {
                installdir = root, workingdir = root, scriptdir = root .. "/scripts", httpdocsdir = root .. "/httpdocs",
                callbacksdir = root .. "/scripts/callbacks", pcapdir = root .. "/pcap",
            }
        end,
        exists = function(path)
            return type(path) == "string" and folder ~= nil and lies_in(root, path)
                and ffi.C.access(path, 0) == 0
        end,
        readdir = function(path)
            path = tostring(path):gsub("(.)/+$", "%1")
            if folder == nil or not (path == root or lies_in(root, path)) then
                return {}
            end
            return list(path)
        end,
    }
end

return { functions = functions, root_of = root_of, lies_in = lies_in, list = list }
