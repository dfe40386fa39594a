-- `require` of scripts: modules of ours by name, and files of theirs.
local library = ...
local modules = library("modules")
local script_files = library("script_files")
local open = io.open
local type, error, ipairs, pairs, rawget = type, error, ipairs, pairs, rawget
local concat, sort = table.concat, table.sort

local CLOSED = {
    ffi = true, jit = true, debug = true, io = true, os = true, package = true, posix = true, socket = true, lfs = true,
}

local function sorted(names)
    local result = {}
    for name in pairs(names) do
        result[#result + 1] = name
    end
    sort(result)
    return result
end

-- require("plugin.name") means modules/name.lua of that plugin; plugins lie side by side, or in groups side by side.
local function add_of_plugins(paths, plugin, name)
    local wanted, own = name:match("^([^/]+)/(.+)$")
    if wanted == nil then
        return
    end
    local file = "/modules/" .. own .. ".lua"
    if plugin:match("[^/]*$") == wanted then
        paths[#paths + 1] = plugin .. file
        return
    end
    local group = plugin:match("^(.*)/")
    paths[#paths + 1] = group .. "/" .. wanted .. file
    local all = group:match("^(.*/plugins)/[^/]+$")
    for _, other in ipairs(all and sorted(script_files.list(all)) or {}) do
        paths[#paths + 1] = all .. "/" .. other .. "/" .. wanted .. file
    end
end

-- Where a script's own modules may lie: beside it, in `modules` there, for scripts of a plugin in that of the plugin,
-- and where its package.path leads, within the tree that it was loaded from.
local function places(folder, name, search_path)
    local paths = { folder .. "/modules/" .. name .. ".lua", folder .. "/" .. name .. ".lua" }
    local plugin = folder:match("^(.*)/user_scripts/flow$")
    if plugin then
        paths[#paths + 1] = plugin .. "/modules/" .. name .. ".lua"
        add_of_plugins(paths, plugin, name)
    end
    local root = script_files.root_of(folder)
    for template in search_path:gmatch("[^;]+") do
        local path = template:gsub("%?", (name:gsub("%%", "%%%%"))):gsub("//+", "/")
        if script_files.lies_in(root, path) then
            paths[#paths + 1] = path
        end
    end
    return paths
end

local function read_module(folder, name, search_path)
    for _, path in ipairs(places(folder, (name:gsub("%.", "/")), search_path)) do
        local file = open(path, "rb")
        if file then
            local source = file:read("*a")
            file:close()
            if source then
                return source, path
            end
        end
    end
    return nil
end

local function search_path_of(environment)
    local package = rawget(environment, "package")
    local path = type(package) == "table" and rawget(package, "path")
    return type(path) == "string" and path or ""
end

-- Source and path of the file that `require` would load for these globals; nil where the module is one of ours, or
-- none.
local function located(environment, folder, generation, name)
    if folder and name:match("^[%w_][%w_%-%.]*$")
            and (modules.of(generation)[name] == nil or modules.replaceable[name]) then
        return read_module(folder, name, search_path_of(environment))
    end
    return nil
end

-- The function for one script's globals, the table of what it has loaded, and paths of the files among it. host:
-- compile(source, name, environment), chunk_name(path), and blocked(), called where a closed module is asked for.
local function requirer(environment, folder, generation, host)
    local loaded, paths, makers = {}, {}, modules.of(generation)
    local function require(name)
        if type(name) ~= "string" then
            error("require takes the name of a module, not a " .. type(name), 2)
        end
        local module = loaded[name]
        if module ~= nil then
            return module
        end
        local source, path = located(environment, folder, generation, name)
        if source == nil and makers[name] then
            module = makers[name](generation, environment)
            loaded[name] = module
            return module
        elseif source == nil then
            if CLOSED[name:match("^[^.]*")] then
                host.blocked()
            end
            error("no module '" .. name .. "'; there are " .. concat(modules.names(generation), ", ")
                .. ", and files beside the script", 2)
        end
        local chunk, message = host.compile(source, host.chunk_name(path), environment)
        if chunk == nil then
            error(message, 0)
        end
        loaded[name] = true
        paths[#paths + 1] = path
        local result = chunk(name)
        if result ~= nil then
            loaded[name] = result
        end
        return loaded[name]
    end
    return require, loaded, paths
end

return { requirer = requirer, located = located }
