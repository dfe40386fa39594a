-- Severities from 1 (debug) to 8 (emergency), as 4.2 counts them, and what each generation calls them.
local NAMES = { "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency" }

local levels = {}
for level, name in ipairs(NAMES) do
    levels[name] = level
end

-- 2019 and 4.0 know three, from 0.
local OLD_NAMES = { [0] = "info", "warning", "error" }

local function view(names, first)
    local by_name = {}
    for id = first, #names do
        by_name[names[id]] = { severity_id = id, i18n_title = names[id], icon = "fa-exclamation" }
    end
    return by_name
end

local VIEWS = { ["4.2"] = view(NAMES, 1) }
local OLD_VIEW = view(OLD_NAMES, 0)

local severities = { levels = levels, names = NAMES }

-- Name -> table with severity_id.
function severities.of(generation)
    return VIEWS[generation] or OLD_VIEW
end

function severities.name(generation, id)
    if generation == "4.2" then
        return NAMES[id]
    end
    return OLD_NAMES[id]
end

-- Id of a level in a generation.
function severities.id(generation, level)
    if generation == "4.2" then
        return level
    end
    return level >= levels.error and 2 or level == levels.warning and 1 or 0
end

-- Level of what a script gives as severity: a table of alert_severities or its id; nil where it is neither.
function severities.level(generation, severity)
    if type(severity) == "table" then
        severity = severity.severity_id
    end
    if type(severity) ~= "number" then
        return nil
    end
    local name = severities.name(generation, severity)
    if name == nil and generation == "open" then
        name = NAMES[severity]
    end
    return levels[name]
end

return severities
