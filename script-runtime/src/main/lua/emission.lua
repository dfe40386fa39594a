-- What scripts and hooks hand to Java: records in a bounded buffer that Java empties after each dispatch.
local library, settings = ...
local layout = library("layout")
local ffi, control, cursor = layout.ffi, layout.control, layout.cursor
local cast, copy, sizeof = ffi.cast, ffi.copy, ffi.sizeof

local TEXT, ALERT, SCRIPT_ERROR = settings.emission_text, settings.emission_alert, settings.emission_error
local VOID = 0
local MAX_TEXT = 8192
-- Text of one call, and of all calls of one event. The rest of what an event may hand out is left for alerts. Neither
-- depends on where batches are cut, so that a replay loses the same texts in each run.
local TEXT_PER_CALL, TEXT_PER_EVENT = settings.emission_reserve / 4, settings.emission_reserve * 3 / 4
local SWITCHED_OFF, SEVERITY_ERROR = 1000, library("severities").levels.error
local HEADER = sizeof("emission_t")
local ALERT_LENGTH = sizeof("alert_t")
local buffer = cast("uint8_t *", settings.emissions)
local emission_pointer = ffi.typeof("emission_t *")
local alert_pointer = ffi.typeof("alert_t *")
local capacity = settings.emission_capacity

-- Room for `length` bytes of payload; nil and a count where there is none.
local function claim(kind, length)
    local start = control.emission_used
    local total = HEADER + length
    total = total + (-total) % 8
    if start + total > capacity then
        control.emissions_lost = control.emissions_lost + 1
        return nil
    end
    local record = cast(emission_pointer, buffer + start)
    record.total_length = total
    record.kind = kind
    record.script = control.current_script
    record.event = control.current_event
    record.payload_length = length
    control.emission_used = start + total
    return buffer + start + HEADER
end

local function bytes(kind, text)
    local target = claim(kind, #text)
    if target ~= nil then
        copy(target, text, #text)
    end
end

local call, call_used, event, event_used, mark = -1, 0, -1, 0, 0

-- Whether so much more text may be handed out now.
local function allowed(length)
    -- Emptied, or at another event: what was used before does not count.
    if control.emission_used < mark or control.current_event ~= event then
        event, event_used, call_used = control.current_event, 0, 0
    end
    if control.hook_serial ~= call then
        call, call_used = control.hook_serial, 0
    end
    if call_used + length > TEXT_PER_CALL or event_used + length > TEXT_PER_EVENT then
        control.emissions_lost = control.emissions_lost + 1
        return false
    end
    call_used, event_used = call_used + length, event_used + length
    return true
end

-- Text for standard output, cut into pieces that fit a ring's longest message; all of it or nothing.
local function text(value)
    if not allowed(#value + HEADER) then
        return
    end
    if #value <= MAX_TEXT then
        bytes(TEXT, value)
    else
        for start = 1, #value, MAX_TEXT do
            bytes(TEXT, value:sub(start, start + MAX_TEXT - 1))
        end
    end
    mark = control.emission_used
end

local function put(target, value, length)
    copy(target, value, length)
    return target + length
end

-- Copies what holds of the flow in hand: the verdict goes on changing before Java reads the alert.
local function observe(record)
    local verdict = cursor.verdict
    local score = verdict.score
    record.score = score == settings.score_unset and 0 or score
    record.client_score, record.server_score = verdict.client_score, verdict.server_score
    record.status_bitmap = verdict.status_bitmap
end

-- An alert of the flow in hand. Texts: at most 64 KiB together; `info` is JSON or free
-- text. The record, or nil where there is no room.
local function alert(status_id, alert_type, severity, replaces, key, title, category, info)
    local key_length, title_length, category_length, info_length = #key, #title, #category, #info
    local total = ALERT_LENGTH + key_length + title_length + category_length + info_length
    local target = claim(ALERT, total)
    if target == nil then
        return nil
    end
    local record = cast(alert_pointer, target)
    record.total_length = total
    record.status_id = status_id
    record.alert_type = alert_type
    record.script = control.current_script
    observe(record)
    record.severity = severity
    record.replaces = replaces and 1 or 0
    record.status_key_length = key_length
    record.signature_length = title_length
    record.category_length = category_length
    record.info_length = info_length
    local place = put(target + ALERT_LENGTH, key, key_length)
    place = put(place, title, title_length)
    place = put(place, category, category_length)
    put(place, info, info_length)
    return record
end

-- Takes back an alert of the event in hand; its record stays and is passed over.
local function void(record)
    cast(emission_pointer, cast("uint8_t *", record) - HEADER).kind = VOID
end

return {
    text = text,
    alert = alert,
    observe = observe,
    void = void,
    -- The alert that the script in control.current_script is out of service; the flow in hand is where it happened, no
    -- more. Nothing is said of the flow itself.
    switched_off = function(message)
        if alert(SWITCHED_OFF, 0, SEVERITY_ERROR, false, "script_off", "Script switched off", "script_off",
                message:sub(1, MAX_TEXT)) ~= nil then
            control.alerts_raised = control.alerts_raised + 1
        end
    end,
    script_error = function(message)
        bytes(SCRIPT_ERROR, message:sub(1, MAX_TEXT))
    end,
}
