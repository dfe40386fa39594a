-- The module `flow_consts` as scripts of each generation know it: status definitions, and questions about them.
local library = ...
local ffi = library("layout").ffi
local statuses = library("statuses")
local severities = library("severities")
local alert_types = library("alert_types")
local creators = library("alert_creators")
local describe = library("status_texts")
local i18n = library("i18n")
local band, lshift = bit.band, bit.lshift
local type, tonumber, pairs = type, tonumber, pairs

local MAX_SCORES = { ["4.2"] = 1024 }

-- Number of a status in a generation: 4.2 has keys.
local function number_of(status, generation)
    if generation == "4.2" then
        return status.key
    end
    return status.id
end

local function create_of(view, alert_type)
    local own, creator = alert_type.creator, creators[alert_type.name]
    return function(severity, ...)
        local parameters
        if own then
            -- That of a definition file gets the severity too, and returns both, or the parameters alone.
            parameters = own(severity, ...)
            if type(parameters) == "table" and parameters.alert_type_params ~= nil then
                severity, parameters = parameters.alert_severity or severity, parameters.alert_type_params
            end
        elseif creator then
            parameters = creator(...)
        else
            return { status_type = view }
        end
        return {
            status_type = view, alert_type = view.alert_type,
            alert_severity = severity or view.alert_severity,
            alert_type_params = parameters,
        }
    end
end

-- What scripts of a generation see of a status: a table of their own.
local function view_of(status, generation, known_severities)
    local alert_type = statuses.alert_of(status, generation)
    local level = statuses.level_of(status, generation)
    local view = {
        alert_severity = known_severities[severities.name(generation, severities.id(generation, level))],
        alert_type = alert_types.view_of(alert_type, generation),
        i18n_title = status.title,
    }
    if status.description then
        view.i18n_description = status.description
    elseif generation == "2019" or generation == "open" then
        view.i18n_description = function(_, info)
            return describe(status.name, info) or statuses.title(status)
        end
    else
        view.i18n_description = function(info)
            return describe(status.name, info) or statuses.title(status)
        end
    end
    if generation == "4.2" or generation == "open" then
        view.status_key = status.key
    end
    if generation ~= "4.2" then
        view.status_id = status.id
    end
    if generation == "2019" or generation == "open" then
        view.prio, view.relevance = status.prio, status.relevance
    end
    if generation == "4.2" or generation == "open" then
        view.create = create_of(view, alert_type)
    end
    return view
end

-- The status behind a number or definition of a generation; nil where there is none.
local function find(generation, value)
    if type(value) == "table" then
        if type(value.status_type) == "table" then
            return find(generation, value.status_type)
        end
        value = generation == "4.2" and value.status_key or value.status_id
    elseif type(value) == "string" and tonumber(value) == nil then
        return statuses.by_name[value] or statuses.by_name[(value:gsub("^status_", ""))]
    end
    value = tonumber(value)
    if generation == "4.2" then
        return statuses.by_key[value]
    end
    return statuses.by_id[value]
end

local by_prio, sorted_count

local function sorted_statuses()
    local count = 0
    for _ in pairs(statuses.by_id) do
        count = count + 1
    end
    if count ~= sorted_count then
        by_prio, sorted_count = {}, count
        for _, status in pairs(statuses.by_id) do
            by_prio[#by_prio + 1] = status
        end
        table.sort(by_prio, function(a, b)
            if a.prio ~= b.prio then
                return a.prio > b.prio
            end
            return a.id < b.id
        end)
    end
    return by_prio
end

-- The set bit of highest precedence; nil where no known bit is set.
local function predominant(bitmap)
    local bits, sorted = ffi.cast("uint64_t", bitmap), sorted_statuses()
    for i = 1, #sorted do
        if band(bits, lshift(1ULL, sorted[i].id)) ~= 0 and sorted[i].id ~= 0 then
            return sorted[i]
        end
    end
    return nil
end

-- The module, made anew for each script, so that what one changes in it changes nothing for another.
local function module_of(generation)
    local known_severities = severities.of(generation)
    local own_severities = {}
    for name, severity in pairs(known_severities) do
        own_severities[name] = { severity_id = severity.severity_id, i18n_title = severity.i18n_title,
            icon = severity.icon }
    end
    local flow_consts = { status_types = {}, max_score = MAX_SCORES[generation] or 1000 }
    local views = {}
    for _, status in pairs(statuses.by_id) do
        if statuses.has(status, generation) then
            local view = view_of(status, generation, own_severities)
            views[status] = view
            flow_consts.status_types[(status.custom and "" or "status_") .. status.name] = view
        end
    end
    if generation ~= "4.2" then
        for number = 1, 5 do
            flow_consts["custom_status_" .. number] = 58 + number
        end
    end

    function flow_consts.getStatusType(id)
        local status = find(generation, id)
        return status and views[status] and (status.custom and "" or "status_") .. status.name or nil
    end

    function flow_consts.getStatusTitle(id)
        local status = find(generation, id)
        return status and statuses.title(status)
    end

    function flow_consts.getStatusDescription(id, info)
        local status = find(generation, id)
        if status == nil then
            return nil
        end
        local own = status.description
        if type(own) == "string" and own ~= "" then
            return i18n(own) or own
        elseif type(own) == "function" then
            if generation == "4.0" or generation == "4.2" then
                return own(info)
            end
            return own(number_of(status, generation), info)
        end
        return describe(status.name, info) or statuses.title(status)
    end

    function flow_consts.getStatusIcon(id)
        local status = find(generation, id)
        return status and statuses.alert_of(status, generation).icon
    end

    if generation ~= "4.2" then
        function flow_consts.getStatusInfo(id)
            local status = find(generation, id)
            return status and views[status]
        end
    end

    if generation == "2019" or generation == "open" then
        function flow_consts.getPredominantStatus(bitmap)
            local status = predominant(bitmap)
            return status and views[status]
        end
    end
    return flow_consts
end

return { of = module_of, find = find, number_of = number_of, predominant = predominant }
