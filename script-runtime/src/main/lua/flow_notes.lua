-- What scripts said of live flows and the verdict has no room for: texts of alerts, scores per status, words in place of
-- the flow's own info. Few flows have any; a flow's notes go when it ends.
local library = ...
local cursor = library("layout").cursor
local tonumber = tonumber

local MAX_FLOWS = 262144
local notes, count = {}, 0

-- The notes of the flow in hand; nil where there are none.
local function here()
    if count == 0 then
        return nil
    end
    return notes[tonumber(cursor.event.flow_id)]
end

local function make()
    local id = tonumber(cursor.event.flow_id)
    local note = notes[id]
    if note == nil then
        if count >= MAX_FLOWS then
            -- Ends of flows that a full ring dropped never came by: all begins anew.
            notes, count = {}, 0
        end
        note = { statuses = {} }
        notes[id] = note
        count = count + 1
    end
    return note
end

-- The flow in hand has ended.
local function forget()
    if count ~= 0 then
        local id = tonumber(cursor.event.flow_id)
        if notes[id] then
            notes[id] = nil
            count = count - 1
        end
    end
end

return { here = here, make = make, forget = forget }
