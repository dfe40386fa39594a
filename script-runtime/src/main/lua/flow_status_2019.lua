-- Status, score and alert as the scripts of 2019 know them: numbers, precedence instead of scores, one alert per flow.
local library, settings = ...
local verdicts = library("verdicts")
local statuses = library("statuses")
local alert_types = library("alert_types")
local common = library("flow_status")

local cursor = library("layout").cursor
local type = type

local GENERATION = "2019"
local SCORE_UNSET = settings.score_unset

local flow = {}

function flow.getStatus()
    return (verdicts.bitmap(GENERATION))
end

function flow.setStatus(status)
    if common.number_or_wrong("setStatus", 1, status) then
        verdicts.set(verdicts.bit_named(GENERATION, status, "setStatus"))
    end
end

function flow.clearStatus(status)
    if common.number_or_wrong("clearStatus", 1, status) then
        verdicts.clear(verdicts.bit_named(GENERATION, status, "clearStatus"))
    end
end

-- The definition's severity where the script names none. Numbers as info are dropped.
function flow.triggerStatus(status, info, severity)
    if status == nil then
        error("triggerStatus: the status is nil; is its definition spelt right?", 2)
    end
    local known = verdicts.known(GENERATION, status, "triggerStatus")
    if known.id == 0 then
        error("triggerStatus: status 0 is 'normal', which nothing can trigger; name another status", 2)
    end
    verdicts.set(known)
    verdicts.claim(GENERATION, known, info, common.level_or(GENERATION, severity, statuses.level_of(known, GENERATION)),
        nil)
end

function flow.getPredominantStatus()
    return cursor.verdict.predominant_status
end

function flow.setPredominantStatus(status)
    if common.number_or_wrong("setPredominantStatus", 1, status) then
        cursor.verdict.predominant_status = status == 0 and 0
            or verdicts.bit_named(GENERATION, status, "setPredominantStatus").id
    end
end

function flow.triggerAlert(status, alert_type, severity, _, info)
    if not (common.number_or_wrong("triggerAlert", 1, status) and common.named_or_wrong("triggerAlert", 2, alert_type)
            and common.named_or_wrong("triggerAlert", 3, severity)) then
        return
    elseif cursor.verdict.alerts > 0 then
        return false
    end
    local known = verdicts.known(GENERATION, status, "triggerAlert")
    local found = alert_types.find(GENERATION, alert_type) or statuses.alert_of(known, GENERATION)
    verdicts.set(known)
    return verdicts.raise(known, found, common.level_or(GENERATION, severity, known.level), false,
        type(info) == "string" and info or "{}") ~= nil
end

function flow.getScore()
    return cursor.verdict.score
end

function flow.setScore(score)
    if common.number_or_wrong("setScore", 1, score) then
        cursor.verdict.score = verdicts.clamp(score, SCORE_UNSET - 1)
    end
end

function flow.setClientScore(score)
    if common.number_or_wrong("setClientScore", 1, score) then
        verdicts.set_client_score(verdicts.clamp(score, 65534))
    end
end

function flow.setServerScore(score)
    if common.number_or_wrong("setServerScore", 1, score) then
        verdicts.set_server_score(verdicts.clamp(score, 65534))
    end
end

function flow.getScoreInfo()
    local verdict = cursor.verdict
    return {
        status_map = verdicts.bitmap(GENERATION), score = verdict.score, ["cli.score"] = verdict.client_score,
        ["srv.score"] = verdict.server_score, status_info = common.alert_info(),
    }
end

return { public = flow }
