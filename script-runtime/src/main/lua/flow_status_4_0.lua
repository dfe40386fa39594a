-- Status, score and alert as the scripts of 4.0 know them: definitions, scores that count where a status is newly set,
-- an alert that one of higher score replaces.
local library, settings = ...
local verdicts = library("verdicts")
local statuses = library("statuses")
local emission = library("emission")
local common = library("flow_status")
local old = library("flow_status_2019").public

local cursor = library("layout").cursor
local traceback = debug.traceback
local type, tonumber, error = type, tonumber, error

local GENERATION = "4.0"
local MAX_SCORE = 1000
local SCORE_UNSET = settings.score_unset

local flow = {
    getStatus = old.getStatus,
    triggerAlert = old.triggerAlert,
    getPredominantStatus = verdicts.of_highest_score,
}

-- What a script must not give as info: such a call is not done, and says where it came from.
local function is_refused(info)
    if tonumber(info) == nil then
        return false
    end
    emission.text(" string Invalid status_info\n string " .. traceback("", 3) .. "\n")
    return true
end

local function trigger(generation, definition, info, flow_score, client_score, server_score, severity)
    if is_refused(info) then
        return
    end
    local known = verdicts.known(generation, definition, "triggerStatus")
    if known.id == 0 then
        error("triggerStatus: this status is 'normal', which nothing can trigger; name another", 3)
    end
    verdicts.set_scored(GENERATION, known, flow_score or 0, client_score, server_score)
    verdicts.claim(generation, known, info, common.level_or(generation, severity, statuses.level_of(known, generation)),
        verdicts.clamp(flow_score, MAX_SCORE))
end

function flow.triggerStatus(definition, info, flow_score, client_score, server_score, severity)
    if definition == nil then
        error("triggerStatus: the status is nil; is its definition spelt right?", 2)
    elseif type(definition) == "number" then
        return old.triggerStatus(definition, info, flow_score)
    elseif type(definition) == "table" and definition.status_type ~= nil then
        return library("flow_status_4_2").trigger(GENERATION, definition, info, flow_score, client_score)
    end
    trigger(GENERATION, definition, info, flow_score, client_score, server_score, severity)
end

function flow.setStatus(definition, flow_score, client_score, server_score)
    local known = verdicts.bit_named(GENERATION, definition, "setStatus")
    return (verdicts.set_scored(GENERATION, known, flow_score or 0, client_score, server_score))
end

function flow.clearStatus(definition)
    verdicts.clear(verdicts.bit_named(GENERATION, definition, "clearStatus"))
end

function flow.isStatusSet(id)
    if common.number_or_wrong("isStatusSet", 1, id) then
        return (verdicts.is_set(verdicts.bit_named(GENERATION, id, "isStatusSet")))
    end
end

function flow.getScore()
    local score = cursor.verdict.score
    return score == SCORE_UNSET and 0 or score
end

function flow.getScoreInfo()
    return { status_map = verdicts.bitmap(GENERATION), score = flow.getScore(), status_info = common.alert_info() }
end

return { public = flow, trigger = trigger }
