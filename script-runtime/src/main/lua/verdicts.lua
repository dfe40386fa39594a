-- What scripts say of the flow in hand: status bits, scores, and the one alert that comes out of a pass over the hooks.
local library, settings = ...
local layout = library("layout")
local emission = library("emission")
local consts = library("flow_consts")
local dkjson = library("dkjson")
local cursor, control = layout.cursor, layout.control
local cast = layout.ffi.cast
local band, bor, bnot, lshift = bit.band, bit.bor, bit.bnot, bit.lshift
local tonumber, type, error, pairs, tostring, pcall = tonumber, type, error, pairs, tostring, pcall

local SCORE_UNSET = settings.score_unset
local MAX_SCORE = 1000
local MAX_INFO = 16384
local NONE = 0ULL
local EXACT = 9007199254740992ULL -- above it, a Lua number does not hold every bit

local definition_of, title = consts.definition_of, consts.title
local predominant_of = consts.predominant
local flow_key = library("flow_peers").public.getKey

-- The alert of this pass over the hooks: its definition, score and record; nil while there is none. It is written out
-- as soon as it is claimed, so that it outlives a machine that a later script brings down.
local best, best_score, best_record

local function bit_of(id)
    return lshift(1ULL, id)
end

local function known(status, caller)
    local definition = definition_of(status)
    if definition == nil then
        error(caller .. ": unknown status " .. tostring(type(status) == "table" and "definition" or status)
            .. "; use a number or entry of flow_consts.status_types, or custom_status_1 to custom_status_5", 3)
    end
    return definition
end

local function bitmap()
    local bits = cursor.verdict.status_bitmap
    if bits < EXACT then
        return tonumber(bits)
    end
    return bits
end

-- True where the bit was not set before.
local function set(definition)
    local verdict = cursor.verdict
    local id = definition.status_id
    if id == 0 then
        return false
    end
    local before = verdict.status_bitmap
    local after = bor(before, bit_of(id))
    if before == after then
        return false
    end
    verdict.status_bitmap = after
    local present = consts.by_id[verdict.predominant_status]
    if present == nil or definition.prio > present.prio then
        verdict.predominant_status = id
    end
    return true
end

local function clear(definition)
    local verdict = cursor.verdict
    verdict.status_bitmap = band(verdict.status_bitmap, bnot(bit_of(definition.status_id)))
    local predominant = predominant_of(verdict.status_bitmap)
    verdict.predominant_status = predominant and predominant.status_id or 0
end

local function clamp(value, limit)
    value = tonumber(value) or 0
    return value < 0 and 0 or value > limit and limit or value
end

local function add_scores(flow_score, client_score, server_score)
    local verdict = cursor.verdict
    local score = verdict.score
    verdict.score = clamp((score == SCORE_UNSET and 0 or score) + clamp(flow_score, MAX_SCORE), MAX_SCORE)
    verdict.client_score = clamp(verdict.client_score + clamp(client_score, MAX_SCORE), 65534)
    verdict.server_score = clamp(verdict.server_score + clamp(server_score, MAX_SCORE), 65534)
end

-- Severities of later generations count from 1 (debug) to 8 (emergency); ids 0 to 2 are those of 2019.
local function severity_id(severity, definition)
    if type(severity) == "table" then
        severity = severity.severity_id
    end
    local id = tonumber(severity) or definition.alert_severity.severity_id
    return id < 0 and 0 or id > 2 and 2 or id
end

local function info_text(info)
    if type(info) == "string" then
        return info
    elseif type(info) ~= "table" then
        return "{}"
    end
    local copy = {}
    for key, value in pairs(info) do
        copy[key] = value
    end
    local event = cursor.event
    copy["ntopng.key"] = flow_key()
    copy.hash_entry_id = tonumber(event.flow_id)
    if event.l4_protocol == 1 and event.icmp_present == 1 then
        copy.icmp = { type = event.cli2srv_icmp_type, code = event.cli2srv_icmp_code }
    end
    local ok, text = pcall(dkjson.encode, copy)
    return ok and text or dkjson.encode({ error = "info of the script is no JSON: " .. tostring(text) })
end

local function write(definition, alert_type, severity, replaces, info)
    local text = info_text(info)
    if #text > MAX_INFO then
        text = dkjson.encode({ error = "info of the script is longer than " .. MAX_INFO .. " bytes" })
    end
    return emission.alert(definition.status_id, alert_type.alert_id, severity, replaces,
        (definition.status_key:gsub("^status_", "")), title(definition), alert_type.alert_key, text)
end

local function raise(definition, alert_type, severity, replaces, info)
    local record = write(definition, alert_type, severity, replaces, info)
    if record == nil then
        return nil
    end
    local verdict = cursor.verdict
    verdict.alerts = verdict.alerts + 1
    verdict.alerted_status = definition.status_id
    control.alerts_raised = control.alerts_raised + 1
    return record
end

-- One alert per pass: the first claim, or a better one that takes its place. One per flow, unless a later claim comes
-- with a higher score than that of the last alert.
local function claim(definition, info, severity, score)
    local verdict = cursor.verdict
    if score == 0 then
        return
    elseif best ~= nil then
        local better = definition.prio > best.prio
        if score and best_score then
            better = score > best_score
        end
        if not better then
            return
        end
        local record = write(definition, definition.alert_type, severity, best_record.replaces == 1, info)
        if record == nil then
            return
        end
        emission.void(best_record)
        best_record = record
        verdict.alerted_status = definition.status_id
    else
        local replaces = verdict.alerts > 0
        if replaces and not (score and score > verdict.alerted_score) then
            return
        end
        best_record = raise(definition, definition.alert_type, severity, replaces, info)
        if best_record == nil then
            return
        end
    end
    best, best_score = definition, score
    verdict.alerted_score = score or 0
end

-- End of a pass: the alert carries the scores and statuses that the flow has now.
local function conclude()
    if best ~= nil then
        emission.observe(best_record)
        best, best_record = nil, nil
    end
end

local function trigger(status, info, a, b, c, d)
    if status == nil then
        error("triggerStatus: the status is nil; is its definition spelt right?", 2)
    end
    local definition = known(status, "triggerStatus")
    if definition.status_id == 0 then
        error("triggerStatus: status 0 is 'normal', which nothing can trigger; name another status", 2)
    end
    local newly_set = set(definition)
    if type(status) == "table" and status.status_type ~= nil then
        -- 2020, second half: (created, flow_score, client_score, server_score)
        local score = tonumber(info)
        add_scores(score, a, b)
        claim(definition, status.alert_type_params, severity_id(nil, definition), clamp(score, MAX_SCORE))
    elseif type(status) == "table" and (a ~= nil or b ~= nil or c ~= nil) then
        -- 2020, first half: (definition, info, flow_score, client_score, server_score, severity)
        if newly_set then
            add_scores(a, b, c)
        end
        claim(definition, info, severity_id(d, definition), clamp(a, MAX_SCORE))
    else
        -- 2019: (status, info, severity)
        claim(definition, info, severity_id(type(status) == "table" and d or a, definition), nil)
    end
end

return {
    bitmap = bitmap,
    is_set = function(bits, id)
        return band(cast("uint64_t", bits), bit_of(id)) ~= NONE
    end,
    with_bit = function(bits, id)
        return bor(cast("uint64_t", bits), bit_of(id))
    end,
    without_bit = function(bits, id)
        return band(cast("uint64_t", bits), bnot(bit_of(id)))
    end,
    exact = EXACT,
    known = known,
    set = set,
    clear = clear,
    clamp = clamp,
    add_scores = add_scores,
    trigger = trigger,
    raise = raise,
    severity_id = severity_id,
    conclude = conclude,
}
