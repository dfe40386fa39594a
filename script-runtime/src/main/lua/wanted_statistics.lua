-- Finds in a script, and in the files that it requires, functions that give less than they could because the engine
-- keeps less of a flow than it could.
local library, settings = ...
local flow_api = library("flow_api")
local lint = library("lint")
local open = io.open

local ADVICE = " wants statistics that --flow-stats basic does not keep: %s; run with --flow-stats full"

local function read(path)
    local file = open(path, "rb")
    local source = file and file:read("*a")
    if file then
        file:close()
    end
    return source
end

local function nothing()
end

-- Tells `find(severity, line, message)` of those of a script's text, and of modules that the text names. locate(name):
-- source and path of such a module, nil for one of ours. Returns a function that takes the paths of modules which were
-- loaded in fact, also by names that no text shows, and tells of those that were not told yet.
local function examine(generation, source, folder, locate, find)
    if settings.full_statistics == 1 then
        return nothing
    end
    local wanting = flow_api.wanting_statistics(generation)
    local seen = {}

    local function tell(line, name, where)
        find("warning", line, "flow." .. name .. where .. ADVICE:format((wanting[name]:gsub("`", ""))))
    end

    local follow
    -- line: of the script, where it requires the module or one that does; 0 unknown.
    local function visit(path, text, line)
        if text == nil or seen[path] then
            return
        end
        seen[path] = true
        local name = path:sub(1, #folder + 1) == folder .. "/" and path:sub(#folder + 2) or path
        for _, use in ipairs(lint.uses(text, wanting)) do
            tell(line, use[1], " in " .. name .. ":" .. use[2])
        end
        follow(text, line)
    end

    function follow(text, line)
        for _, needed in ipairs(lint.requires(text)) do
            local module, path = locate(needed[1])
            visit(path, module, line or needed[2])
        end
    end

    for _, use in ipairs(lint.uses(source, wanting)) do
        tell(use[2], use[1], "")
    end
    follow(source)
    return function(paths)
        for _, path in ipairs(paths) do
            visit(path, read(path), 0)
        end
    end
end

return { examine = examine }
