-- Status and alert definitions of users, and texts of their plugins, from files beside their scripts. They must be
-- loaded before the scripts.
local library = ...
local sandbox = library("sandbox")
local statuses = library("statuses")
local alert_types = library("alert_types")
local severities = library("severities")
local learn = library("locale").learn
local pcall, type, tostring = pcall, type, tostring

local FIELD, RECORD = "\31", "\30"
local USER_STATUSES = { 59, 63 }

-- The generation that a folder's files are written for; plugins' folders bear one name in 4.0 and 4.2.
local GENERATIONS = {
    status_defs = "2019", alert_defs = "2019", flow_status_definitions = "4.2", status_definitions = "4.0",
    alert_definitions = "4.0", locales = "4.0",
}
local KINDS = {
    status_defs = "status", status_definitions = "status", flow_status_definitions = "status", alert_defs = "alert",
    alert_definitions = "alert", locales = "texts",
}

local function generation_of(folder, source)
    local generation = GENERATIONS[folder]
    if generation == "4.0" and (source:find("status_key", 1, true) or source:find("alert_key", 1, true)) then
        return "4.2"
    end
    return generation
end

local function missing(definition, fields)
    for _, field in ipairs(fields) do
        if definition[field] == nil then
            return field
        end
    end
    return nil
end

local function define_alert(generation, name, definition)
    local lacks = missing(definition, { "i18n_title" })
    if lacks then
        return "field " .. lacks .. " is missing"
    end
    local id = generation == "2019" and tonumber(definition.alert_id) or nil
    local key = generation == "4.2" and tonumber(definition.alert_key) or nil
    if generation == "2019" and id == nil then
        return "field alert_id is missing: 59 to 63 are free"
    elseif generation == "4.2" and key == nil then
        return "field alert_key is missing: take one of alert_keys.user"
    end
    local alert_type = alert_types.register(name, definition.i18n_title, definition.icon, id, key)
    if alert_type == nil then
        return "there is no room for more alert types"
    end
    if type(definition.creator) == "function" then
        alert_type.creator = definition.creator
    end
    return nil
end

local REQUIRED = {
    ["2019"] = { "status_id", "relevance", "prio", "alert_severity", "alert_type", "i18n_title" },
    ["4.0"] = { "alert_severity", "alert_type", "i18n_title" },
    ["4.2"] = { "status_key", "alert_severity", "alert_type", "i18n_title" },
}

local function define_status(generation, file, definition)
    local lacks = missing(definition, REQUIRED[generation])
    if lacks then
        return "field " .. lacks .. " is missing"
    end
    local level = severities.level(generation, definition.alert_severity)
    local alert_type = alert_types.find(generation, definition.alert_type)
    if level == nil then
        return "alert_severity must be one of alert_consts.alert_severities"
    elseif alert_type == nil then
        return "alert_type must be one of alert_consts.alert_types"
    end
    local name = file:gsub("^status_", "")
    local id = generation == "2019" and tonumber(definition.status_id) or nil
    if generation == "2019" and (id == nil or id < 0 or id > 63 or id % 1 ~= 0) then
        return "status_id must be a number from 0 to 63"
    elseif generation == "4.2" then
        local key = tonumber(definition.status_key)
        local known = statuses.by_key[key]
        if known and not known.provisional and known.name ~= name then
            return "status_key " .. tostring(key) .. " is that of '" .. known.name
                .. "': take another of flow_keys.user"
        elseif not known and (key == nil or key < USER_STATUSES[1] or key > USER_STATUSES[2]) then
            return "status_key must be one of flow_keys"
        end
        id = known and known.id or key
    end
    local status, problem = statuses.register(generation, statuses.by_name[name] and name or file, id, {
        prio = tonumber(definition.prio), relevance = tonumber(definition.relevance),
        severity = severities.names[level], alert = alert_type.name, title = definition.i18n_title,
        description = definition.i18n_description,
    })
    return status == nil and problem or nil
end

-- Reads one definition file. Arguments: its path, the folder that its kind goes by, its name without .lua, the folder
-- of the scripts that it belongs to, its text. Returns "severity line message" records, none where all is well.
local function define(path, folder, name, script_folder, source)
    local function report(line, message)
        return "finding" .. FIELD .. "error" .. FIELD .. line .. FIELD .. message:gsub("[\30\31\r\n]+", " ") .. RECORD
    end
    local generation = generation_of(folder, source)
    local shipped = statuses.by_name[(name:gsub("^status_", ""))] or alert_types.by_name[name]
    local environment = sandbox.environment(script_folder, generation)
    local chunk, message = sandbox.compile(source, sandbox.chunk_name(path), environment)
    local definition
    if chunk then
        local ok, result = pcall(chunk, name)
        if ok then
            definition = result
        else
            message = type(result) == "string" and result or "error object is a " .. type(result)
        end
    end
    local problem
    if type(definition) ~= "table" then
        problem = message or "returned no table"
    elseif KINDS[folder] == "texts" then
        learn(path:match("([^/]*)/[^/]*/[^/]*$"), definition)
    elseif KINDS[folder] == "alert" then
        problem = define_alert(generation, name, definition)
    else
        problem = define_status(generation, name, definition)
    end
    if problem == nil or (shipped and not shipped.provisional and not shipped.custom) then
        -- What ntopng ships is known here already, whatever its own files need to load.
        return ""
    end
    local line = tonumber(tostring(problem):match("^[^:]+:(%d+): ")) or 0
    return report(line, (KINDS[folder] == "texts" and "texts are" or "definition is") .. " not used: "
        .. tostring(problem):gsub("^[^:]+:%d+: ", ""))
end

return { define = define }
