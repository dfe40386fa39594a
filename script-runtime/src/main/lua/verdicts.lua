-- What scripts say of the flow in hand: status bits, scores, and the one alert that comes out of a pass over the hooks.
-- The rules of the generations meet here; their own ways of saying it are in flow_status_*.lua.
local library, settings = ...
local layout = library("layout")
local emission = library("emission")
local consts = library("flow_consts")
local statuses = library("statuses")
local notes = library("flow_notes")
local host_scores = library("host_scores")
local running = library("running")
local dkjson = library("dkjson")
local icmp = library("flow_icmp")
local cursor, control = layout.cursor, layout.control
local cast, int64 = layout.ffi.cast, layout.ffi.typeof("int64_t")
local band, bor, bnot, lshift = bit.band, bit.bor, bit.bnot, bit.lshift
local tonumber, type, error, pairs, tostring, pcall = tonumber, type, error, pairs, tostring, pcall

local SCORE_UNSET = settings.score_unset
local MAX_SCORES = { ["4.2"] = 1024 }
local MAX_PEER_SCORE = 65534
local MAX_INFO = 16384
local NONE = 0ULL
local EXACT = 9007199254740992ULL -- above it, a Lua number does not hold every bit

local peers, store = library("flow_peers").public, library("store")
local flow_key, client_key, server_key = peers.getKey, peers.getClientKey, peers.getServerKey
local get_hash, has_hash = store.get_hash, store.has_hash
-- Hash: host as address@vlan -> bits of statuses that raise no alert of its flows, in decimal.
local VETOES = "ntopng.prefs.alerts.ifid_0.disabled_status"

-- The alert of this pass over the hooks: its status, score, number and record; nil while there is none. It is written
-- out as soon as it is claimed, so that it outlives a machine that a later script brings down.
local best, best_score, best_number, best_record

local function bit_of(id)
    return (lshift(1ULL, id))
end

-- Bits as scripts get them: a number as long as that holds them all.
local function as_number(bits)
    if bits < EXACT then
        return (tonumber(bits))
    end
    return int64(bits)
end

-- The status that a script names; an error in its line where there is none.
local function known(generation, value, caller)
    local status = consts.find(generation, value)
    if status == nil then
        error(caller .. ": unknown status " .. tostring(type(value) == "table" and "definition" or value)
            .. "; use a number or entry of flow_consts.status_types"
            .. (generation == "4.2" and "" or ", or custom_status_1 to custom_status_5"), 3)
    end
    return status
end

-- The same for what only sets, clears or asks for a bit: in numbers of 2019 and 4.0 it needs no definition.
local function bit_named(generation, value, caller)
    local status = consts.find(generation, value)
    if status == nil and generation ~= "4.2" then
        status = statuses.bare(tonumber(type(value) == "table" and value.status_id or value))
    end
    return status or known(generation, value, caller)
end

-- All bits by the numbers of a generation.
local function bitmap(generation)
    local bits = cursor.verdict.status_bitmap
    if generation == "4.2" and bits ~= NONE then
        local keys = NONE
        for id = 1, 63 do
            if band(bits, bit_of(id)) ~= NONE and statuses.by_id[id] and statuses.by_id[id].key then
                keys = bor(keys, bit_of(statuses.by_id[id].key))
            end
        end
        bits = keys
    end
    return (as_number(bits))
end

local function is_set(status)
    return band(cursor.verdict.status_bitmap, bit_of(status.id)) ~= NONE
end

-- True where the bit was not set before.
local function set(status)
    local verdict = cursor.verdict
    local id = status.id
    if id == 0 then
        return false
    end
    local before = verdict.status_bitmap
    local after = bor(before, bit_of(id))
    if before == after then
        return false
    end
    verdict.status_bitmap = after
    local present = statuses.by_id[verdict.predominant_status]
    if status.prio >= 0 and (present == nil or status.prio > present.prio) then
        verdict.predominant_status = id
    end
    return true
end

local function clear(status)
    local verdict = cursor.verdict
    verdict.status_bitmap = band(verdict.status_bitmap, bnot(bit_of(status.id)))
    local predominant = consts.predominant(verdict.status_bitmap)
    verdict.predominant_status = predominant and predominant.id or 0
end

-- The flow was answered: what scripts for one-way flows said of it does not hold any more.
local function retract_one_way()
    local verdict = cursor.verdict
    verdict.status_bitmap = band(verdict.status_bitmap, bnot(verdict.one_way_statuses))
    verdict.one_way_statuses = NONE
    local predominant = consts.predominant(verdict.status_bitmap)
    verdict.predominant_status = predominant and predominant.id or 0
end

-- Of the statuses that hold, that of the highest score, of equals that of the lowest number; 0 where none has a score.
local function of_highest_score()
    local note, found, highest = notes.here(), 0, 0
    if note == nil then
        return 0
    end
    for id = 1, 63 do
        local score = notes.score_in(note, id)
        if score and score > highest and band(cursor.verdict.status_bitmap, bit_of(id)) ~= NONE then
            found, highest = id, score
        end
    end
    return found
end

local function clamp(value, limit)
    value = tonumber(value) or 0
    return value < 0 and 0 or value > limit and limit or value
end

local function set_client_score(score)
    local verdict = cursor.verdict
    local amount = score - verdict.client_score
    if amount ~= 0 then
        verdict.client_score = score
        host_scores.add_client(amount)
    end
end

local function set_server_score(score)
    local verdict = cursor.verdict
    local amount = score - verdict.server_score
    if amount ~= 0 then
        verdict.server_score = score
        host_scores.add_server(amount)
    end
end

local function add_scores(generation, flow_score, client_score, server_score)
    local verdict = cursor.verdict
    local limit = MAX_SCORES[generation] or 1000
    local score = verdict.score
    verdict.score = clamp((score == SCORE_UNSET and 0 or score) + clamp(flow_score, limit), limit)
    set_client_score(clamp(verdict.client_score + clamp(client_score, limit), MAX_PEER_SCORE))
    set_server_score(clamp(verdict.server_score + clamp(server_score, limit), MAX_PEER_SCORE))
end

-- Sets a status with scores, which count where it was not set before; in 4.2 with every event that sets it. Returns
-- whether it was newly set.
local function set_scored(generation, status, flow_score, client_score, server_score)
    local newly_set = set(status)
    local here = bit_of(status.id)
    if newly_set or (generation == "4.2" and status.id ~= 0 and band(cursor.scored_bits, here) == NONE) then
        add_scores(generation, flow_score, client_score, server_score)
        cursor.scored_bits = bor(cursor.scored_bits, here)
    end
    if status.id ~= 0 and flow_score ~= nil then
        notes.score(status.id, clamp(flow_score, MAX_SCORES[generation] or 1000))
    end
    return newly_set
end

local function decimal(text)
    local bits = NONE
    for digit in tostring(text):gmatch("%d") do
        bits = bits * 10ULL + tonumber(digit)
    end
    return bits
end

local function is_listed(host, status)
    local listed = get_hash(VETOES, host)
    return listed ~= "" and band(decimal(listed), bit_of(status.id)) ~= NONE
end

-- Whether the client or server is listed as one whose flows raise no alert for this status.
local function is_vetoed(status)
    return has_hash(VETOES) and (is_listed(client_key(), status) or is_listed(server_key(), status))
end

local function info_text(generation, info)
    if type(info) == "string" then
        return info
    elseif type(info) ~= "table" and info ~= nil then
        return "{}"
    end
    local copy = {}
    for key, value in pairs(info or {}) do
        copy[key] = value
    end
    local event = cursor.event
    copy["ntopng.key"] = flow_key()
    copy.hash_entry_id = tonumber(event.flow_id)
    if event.l4_protocol == 1 then
        copy.icmp = icmp.status_of(generation)
    end
    if generation == "4.0" or generation == "4.2" then
        copy.alert_generation = { script_key = running.key(), subdir = "flow", confset_id = 0 }
    end
    local ok, text = pcall(dkjson.encode, copy)
    return ok and text or dkjson.encode({ error = "info of the script is no JSON: " .. tostring(text) })
end

-- Titles of statuses that have a definition, as they were first raised.
local titles = {}

local function title_of(status)
    local text = titles[status]
    if text == nil then
        text = statuses.title(status)
        if statuses.by_id[status.id] == status then
            titles[status] = text
        end
    end
    return text
end

-- What is raised for a status: alert type, severity level, whether it takes the place of another, info as text.
local function write(status, alert_type, level, replaces, text)
    if #text > MAX_INFO then
        text = dkjson.encode({ error = "info of the script is longer than " .. MAX_INFO .. " bytes" })
    end
    notes.tell(text)
    return emission.alert(status.id, alert_type.id, level, replaces, status.name, title_of(status),
        alert_type.name, text)
end

local function raise(status, alert_type, level, replaces, text)
    local record = write(status, alert_type, level, replaces, text)
    if record == nil then
        return nil
    end
    local verdict = cursor.verdict
    verdict.alerts = verdict.alerts + 1
    verdict.alerted_status = status.id
    control.alerts_raised = control.alerts_raised + 1
    return record
end

local function is_better(generation, status, score)
    if score == nil or best_score == nil then
        return status.prio > best.prio
    elseif score ~= best_score then
        return score > best_score
    end
    return generation ~= "open" and consts.number_of(status, generation) < best_number
end

-- One alert per pass: the first claim, or a better one that takes its place. One per flow, unless a later claim comes
-- with a higher score than that of the last alert. score: nil in the manner of 2019, which knows none.
local function claim(generation, status, info, level, score)
    local verdict = cursor.verdict
    local replaces = verdict.alerts > 0
    if score == 0 then
        return
    elseif best == nil then
        if replaces and not (score and score > verdict.alerted_score) then
            return
        end
    elseif not is_better(generation, status, score) then
        return
    end
    if generation ~= "4.2" and is_vetoed(status) then
        return
    end
    local alert_type = statuses.alert_of(status, generation)
    if best ~= nil then
        local record = write(status, alert_type, level, best_record.replaces == 1, info_text(generation, info))
        if record == nil then
            return
        end
        emission.void(best_record)
        best_record = record
        verdict.alerted_status = status.id
    else
        best_record = raise(status, alert_type, level, replaces, info_text(generation, info))
        if best_record == nil then
            return
        end
    end
    best, best_score = status, score
    best_number = consts.number_of(status, generation)
    verdict.alerted_score = score or 0
end

-- End of a pass: the alert carries the scores and statuses that the flow has now.
local function conclude()
    if best ~= nil then
        emission.observe(best_record)
        best, best_record = nil, nil
    end
end

-- The flow in hand has ended, and all was said of it.
local function forget()
    notes.forget()
    host_scores.forget()
end

return {
    bitmap = bitmap,
    as_number = as_number,
    bits_have = function(bits, id)
        return band(cast("uint64_t", bits), bit_of(id)) ~= NONE
    end,
    with_bit = function(bits, id)
        return (as_number(bor(cast("uint64_t", bits), bit_of(id))))
    end,
    without_bit = function(bits, id)
        return (as_number(band(cast("uint64_t", bits), bnot(bit_of(id)))))
    end,
    known = known,
    bit_named = bit_named,
    is_set = is_set,
    set = set,
    set_scored = set_scored,
    clear = clear,
    retract_one_way = retract_one_way,
    of_highest_score = of_highest_score,
    clamp = clamp,
    add_scores = add_scores,
    set_client_score = set_client_score,
    set_server_score = set_server_score,
    is_vetoed = is_vetoed,
    info_text = info_text,
    raise = raise,
    claim = claim,
    conclude = conclude,
    forget = forget,
}
