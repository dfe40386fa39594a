-- The modules `flow_keys` and `alert_keys` of 4.2: the numbers that definition files name.
local library = ...
local statuses = library("statuses")
local alert_types = library("alert_types")

local FIRST_USER_STATUS, FIRST_USER_ALERT = 59, 32768

local function keys(list, prefix, append)
    local ntopng, user = {}, {}
    for key, entry in pairs(list) do
        if prefix == "status_" and key < FIRST_USER_STATUS or prefix == "" and key < FIRST_USER_ALERT then
            local name = prefix .. entry.name
            ntopng[name:find("^status_unexpected_") and name .. append or name] = key
        end
    end
    return { ntopng = ntopng, user = user }
end

local function flow_keys()
    local module = keys(statuses.by_key, "status_", "_server")
    for number = 1, 5 do
        module.user["status_user_0" .. number] = FIRST_USER_STATUS + number - 1
    end
    return module
end

local function alert_keys()
    local module = keys(alert_types.by_key, "", "")
    for number = 1, 5 do
        module.user["alert_user_0" .. number] = FIRST_USER_ALERT + number - 1
    end
    return module
end

return { flow_keys = flow_keys, alert_keys = alert_keys }
