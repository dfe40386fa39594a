-- What scripts said of live flows and the verdict has no room for: texts of alerts, scores per status, words in place
-- of the flow's own info. A flow's notes go when it ends. They lie in the memory that scripts share, so they have a
-- part of it and no more: where too many flows have some, as in a scan, the oldest notes go.
local library, settings = ...
local layout = library("layout")
local running = library("running")
local cursor, control = layout.cursor, layout.control
local floor, tonumber = math.floor, tonumber

-- Young and old notes have as much each.
local HALF = settings.memory_limit / 8
-- Bytes that LuaJIT takes for the notes of a flow, for a status in them, and for a text beside its characters.
local NOTE, STATUS, TEXT = 160, 48, 48
local SCRIPTS = 65536

local young, old, used, some = {}, {}, 0, false

local function take(bytes)
    used = used + bytes
    if used > HALF then
        young, old, used = {}, young, bytes
    end
end

-- The notes of the flow in hand, which are not to be changed; nil where there are none.
local function here()
    if not some then
        return nil
    end
    local id = tonumber(cursor.event.flow_id)
    return young[id] or old[id]
end

local function make(bytes)
    local id = tonumber(cursor.event.flow_id)
    take(young[id] == nil and bytes + NOTE or bytes)
    local note = young[id]
    if note == nil then
        note = old[id] or {}
        young[id], some = note, true
    end
    return note
end

-- The flow in hand has ended.
local function forget()
    if some then
        local id = tonumber(cursor.event.flow_id)
        young[id], old[id] = nil, nil
    end
end

return {
    here = here,
    forget = forget,
    -- Keeps what an alert of the flow was raised with.
    tell = function(text)
        make(#text + TEXT).info = text
    end,
    -- Keeps words in place of the flow's own info.
    name = function(text)
        make(#text + TEXT).custom_info = text
    end,
    -- Keeps the score, up to 65535, that the script in hand gave a status.
    score = function(status, score)
        make(STATUS)[status] = floor(score) * SCRIPTS + control.current_script
    end,
    -- Score of a status in notes, and the name of the script that gave it; nil where there is none.
    score_in = function(note, status)
        local said = note[status]
        if said == nil then
            return nil
        end
        return floor(said / SCRIPTS), running.names()[said % SCRIPTS]
    end,
}
