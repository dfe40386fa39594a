-- Status, score and alert as the scripts of 4.2 know them: statuses that `create` made, keys, scores that count with
-- every event, the severity of the definition.
local library, settings = ...
local verdicts = library("verdicts")
local consts = library("flow_consts")
local statuses = library("statuses")
local alert_types = library("alert_types")
local common = library("flow_status")
local before = library("flow_status_4_0")

local cursor = library("layout").cursor
local type, error = type, error

local GENERATION = "4.2"
local MAX_SCORE = 1024
local SCORE_UNSET = settings.score_unset

local flow = {}

function flow.getStatus()
    return (verdicts.bitmap(GENERATION))
end

-- generation: whose numbers the status has.
local function trigger(generation, created, flow_score, client_score, server_score)
    local known = verdicts.known(generation, created, "triggerStatus")
    if known.id == 0 then
        error("triggerStatus: this status is 'normal', which nothing can trigger; name another", 3)
    end
    verdicts.set_scored(GENERATION, known, flow_score or 0, client_score, server_score)
    verdicts.claim(generation, known, created.alert_type_params, statuses.level_of(known, generation),
        verdicts.clamp(flow_score, MAX_SCORE))
end

function flow.triggerStatus(created, flow_score, client_score, server_score, score, severity)
    if type(created) ~= "table" then
        error("triggerStatus takes what create() of a definition in flow_consts.status_types returned, not a "
            .. type(created), 2)
    elseif created.status_type ~= nil then
        return trigger(GENERATION, created, flow_score, client_score, server_score)
    end
    -- In the manner of 4.0: definition, info, scores, severity.
    before.trigger(GENERATION, created, flow_score, client_score, server_score, score, severity)
end

-- No value where the script's key is missing, `false` for key 0.
function flow.setStatus(key, flow_score, client_score, server_score, script_key)
    if not (common.number_or_wrong("setStatus", 1, key) and common.number_or_wrong("setStatus", 2, flow_score)
            and common.number_or_wrong("setStatus", 3, client_score)
            and common.number_or_wrong("setStatus", 4, server_score)) then
        return
    elseif type(script_key) ~= "string" then
        common.string_or_wrong("setStatus", 5, script_key)
        return
    elseif key == 0 then
        return false
    end
    verdicts.set_scored(
        GENERATION, verdicts.known(GENERATION, key, "setStatus"), flow_score, client_score, server_score)
    return true
end

function flow.isStatusSet(key)
    if common.number_or_wrong("isStatusSet", 1, key) then
        return (verdicts.is_set(verdicts.known(GENERATION, key, "isStatusSet")))
    end
end

function flow.getAlertedStatus()
    local status = statuses.by_id[cursor.verdict.alerted_status]
    return status and consts.number_of(status, GENERATION) or 0
end

-- Key of the alert type of the status that speaks for the flow; 0 none.
function flow.getPredominantAlert()
    local status = statuses.by_id[cursor.verdict.predominant_status]
    return status and status.id ~= 0 and statuses.alert_of(status, GENERATION).key or 0
end

function flow.triggerAlert(key, alert_key, severity, score, _, info)
    if not (common.number_or_wrong("triggerAlert", 1, key) and common.named_or_wrong("triggerAlert", 2, alert_key)
            and common.named_or_wrong("triggerAlert", 3, severity)
            and common.number_or_wrong("triggerAlert", 4, score)) then
        return
    end
    local known = verdicts.known(GENERATION, key, "triggerAlert")
    local verdict = cursor.verdict
    score = verdicts.clamp(score, MAX_SCORE)
    if verdict.alerts > 0 and score <= verdict.alerted_score then
        return { triggered = false }
    end
    local text = type(info) == "string" and info or "{}"
    local found = alert_types.find(GENERATION, alert_key) or statuses.alert_of(known, GENERATION)
    verdicts.set(known)
    local record = verdicts.raise(known, found,
        common.level_or(GENERATION, severity, statuses.level_of(known, GENERATION)), verdict.alerts > 0, text)
    if record == nil then
        return { triggered = false }
    end
    verdict.alerted_score = score
    return { triggered = true, alert_json = text }
end

function flow.getScore()
    local score = cursor.verdict.score
    return score == SCORE_UNSET and 0 or score
end

function flow.getScoreInfo()
    return { status_map = verdicts.bitmap(GENERATION), score = flow.getScore(), status_info = common.alert_info() }
end

return { public = flow, trigger = trigger }
