-- Functions of `flow` that read and write the verdict: status bits, scores, the alert.
local library, settings = ...
local verdicts = library("verdicts")
local consts = library("flow_consts")
local alert_consts = library("alert_consts")

local cursor = library("layout").cursor
local tonumber, type = tonumber, type

local SCORE_UNSET = settings.score_unset

local flow = {}

flow.getStatus = verdicts.bitmap
flow.triggerStatus = verdicts.trigger

-- setStatus(id), setStatus(definition, flow_score, client_score, server_score): whether the bit was newly set.
function flow.setStatus(status, flow_score, client_score, server_score)
    local newly_set = verdicts.set(verdicts.known(status, "setStatus"))
    if newly_set and flow_score ~= nil then
        verdicts.add_scores(flow_score, client_score, server_score)
    end
    return newly_set
end

function flow.clearStatus(status)
    verdicts.clear(verdicts.known(status, "clearStatus"))
end

function flow.isStatusSet(status)
    return verdicts.is_set(cursor.verdict.status_bitmap, verdicts.known(status, "isStatusSet").status_id)
end

function flow.getPredominantStatus()
    return cursor.verdict.predominant_status
end

function flow.setPredominantStatus(status)
    cursor.verdict.predominant_status = verdicts.known(status, "setPredominantStatus").status_id
end

function flow.canTriggerAlert()
    return cursor.verdict.alerts == 0
end

function flow.getAlertedStatus()
    return cursor.verdict.alerted_status
end

function flow.getAlertedStatusScore()
    return cursor.verdict.alerted_score
end

local custom_lua_script = {
    status_id = 0, status_key = "custom_lua_script", i18n_title = "", alert_severity = { severity_id = 2 },
    alert_type = alert_consts.alert_types.flow_alert_custom_lua_script,
}

-- triggerAlert(status, alert_type, severity, now, info): false where the flow was alerted before.
-- triggerAlert(score, message): an alert of the script's own, once per flow.
function flow.triggerAlert(status, alert_type, severity, now, info)
    local verdict = cursor.verdict
    if type(alert_type) == "string" and severity == nil then
        if verdict.alerts > 0 then
            return alert_type
        end
        verdicts.add_scores(status, 0, 0)
        custom_lua_script.i18n_title = alert_type
        verdicts.raise(custom_lua_script, custom_lua_script.alert_type, 2, false, nil)
        return alert_type
    end
    if verdict.alerts > 0 then
        return false
    end
    local definition = verdicts.known(status, "triggerAlert")
    local alert = definition.alert_type
    local name = alert_consts.alertTypeRaw(tonumber(type(alert_type) == "table" and alert_type.alert_id or alert_type))
    if name ~= nil then
        alert = alert_consts.alert_types[name]
    end
    verdicts.set(definition)
    return verdicts.raise(definition, alert, verdicts.severity_id(severity, definition), false,
        type(info) == "string" and info or nil) ~= nil
end

function flow.getScore()
    return cursor.verdict.score
end

function flow.setScore(score)
    if type(score) == "number" then
        cursor.verdict.score = verdicts.clamp(score, SCORE_UNSET - 1)
    end
end

function flow.setClientScore(score)
    if type(score) == "number" then
        cursor.verdict.client_score = verdicts.clamp(score, 65534)
    end
end

function flow.setServerScore(score)
    if type(score) == "number" then
        cursor.verdict.server_score = verdicts.clamp(score, 65534)
    end
end

function flow.getScoreInfo()
    local verdict = cursor.verdict
    local info = {
        status_map = verdicts.bitmap(),
        score = verdict.score,
        ["cli.score"] = verdict.client_score,
        ["srv.score"] = verdict.server_score,
    }
    if verdict.alerts > 0 then
        info.status_info = consts.title(consts.by_id[verdict.alerted_status])
    end
    return info
end

-- JSON text of an alert that another system raised for this flow; it is handed out once. nil where none waits.
flow.retrieveExternalAlertInfo = library("external_alerts").take

function flow.isPassVerdict()
    return true
end

return { public = flow }
