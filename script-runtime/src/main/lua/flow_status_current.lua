-- The alert of the current generation: a score and words of the script's own, once per flow.
local library = ...
local verdicts = library("verdicts")
local arguments = library("arguments")
local alert_types = library("alert_types")
local severities = library("severities")

local cursor = library("layout").cursor
local floor, type = math.floor, type

local flow = {}

local alert_type = alert_types.by_name.flow_alert_custom_lua_script
local status = { id = 0, name = "custom_lua_script", title = "" }

-- The score has 8 bits. Returns the message.
function flow.triggerAlert(score, message)
    if type(score) ~= "number" then
        return arguments.wrong("triggerAlert", 1, "number", score)
    elseif type(message) ~= "string" then
        return arguments.wrong("triggerAlert", 2, "string", message)
    end
    local verdict = cursor.verdict
    if verdict.alerts == 0 then
        score = floor(score) % 256
        verdicts.add_scores("current", score, 0, 0)
        status.title = message ~= "" and message or "alerts_dashboard.custom_lua_script"
        verdicts.raise(status, alert_type, severities.levels.error, false, "{}")
        verdict.alerted_score = score
    end
    return message
end

return { public = flow }
