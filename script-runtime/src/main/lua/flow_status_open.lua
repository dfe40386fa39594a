-- Status, score and alert for scripts that name no generation: what is said tells whose manner it is.
local library = ...
local verdicts = library("verdicts")
local common = library("flow_status")
local host_scores = library("host_scores")
local statuses = library("statuses")
local alert_types = library("alert_types")
local severities = library("severities")
local in_2019 = library("flow_status_2019").public
local in_4_0 = library("flow_status_4_0")
local in_4_2 = library("flow_status_4_2")
local current = library("flow_status_current").public

local cursor = library("layout").cursor
local type, error = type, error

local GENERATION = "open"

local flow = {}

function flow.triggerStatus(status, info, a, b, c, d)
    if status == nil then
        error("triggerStatus: the status is nil; is its definition spelt right?", 2)
    end
    local known = verdicts.known(GENERATION, status, "triggerStatus")
    if known.id == 0 then
        error("triggerStatus: status 0 is 'normal', which nothing can trigger; name another status", 2)
    elseif type(status) == "table" and status.status_type ~= nil then
        return in_4_2.trigger(GENERATION, status, info, a, b)
    elseif type(status) == "table" and (a ~= nil or b ~= nil or c ~= nil) then
        return in_4_0.trigger(GENERATION, status, info, a, b, c, d)
    end
    verdicts.set(known)
    verdicts.claim(
        GENERATION, known, info, common.level_or(GENERATION, type(status) == "table" and d or a, known.level), nil)
end

function flow.setStatus(status, flow_score, client_score, server_score)
    local known = verdicts.bit_named(GENERATION, status, "setStatus")
    if flow_score == nil then
        return (verdicts.set(known))
    end
    return (verdicts.set_scored("4.0", known, flow_score, client_score, server_score))
end

function flow.addStatus(status)
    verdicts.set(verdicts.bit_named(GENERATION, status, "addStatus"))
end

function flow.clearStatus(status)
    verdicts.clear(verdicts.bit_named(GENERATION, status, "clearStatus"))
end

function flow.isStatusSet(status)
    return (verdicts.is_set(verdicts.bit_named(GENERATION, status, "isStatusSet")))
end

function flow.getAlertedStatus()
    return cursor.verdict.alerted_status
end

function flow.isAlerted()
    return cursor.verdict.alerts > 0
end

-- Two arguments, the second a text: current. Five and more, the fourth a score: 4.2. Else 2019.
function flow.triggerAlert(status, alert_type, severity, a, b, c)
    if type(alert_type) == "string" and severity == nil then
        return current.triggerAlert(status, alert_type)
    elseif type(b) == "number" then
        return in_4_2.triggerAlert(status, alert_type, severity, a, b, c)
    end
    local known = verdicts.known(GENERATION, status, "triggerAlert")
    return in_2019.triggerAlert(known.id, alert_type, severity, a, b)
end

-- Alert type of the status that speaks for the flow; 0 none.
function flow.getPredominantAlert()
    local status = statuses.by_id[cursor.verdict.predominant_status]
    return status and status.id ~= 0 and statuses.alert_of(status, GENERATION).id or 0
end

-- An alert of a type without a status, once per flow; whether it was raised.
function flow.storeAlert(alert_type, severity, info)
    if not common.number_or_wrong("storeAlert", 1, alert_type) then
        return
    end
    local found = alert_types.find(GENERATION, alert_type)
    if found == nil then
        error("storeAlert: unknown alert type " .. alert_type
            .. "; use the alert_id of one of alert_consts.alert_types", 2)
    elseif cursor.verdict.alerts > 0 then
        return false
    end
    return verdicts.raise({ id = 0, name = found.name, title = found.title }, found,
        common.level_or(GENERATION, severity, severities.levels.error), false,
        type(info) == "string" and info or "{}") ~= nil
end

function flow.incScore(score)
    if common.number_or_wrong("incScore", 1, score) then
        verdicts.add_scores(GENERATION, score, 0, 0)
    end
end

flow.getClientScore = host_scores.client
flow.getServerScore = host_scores.server

return { public = flow }
