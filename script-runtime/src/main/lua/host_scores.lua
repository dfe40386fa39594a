-- What live flows lay on each host, as client and as server, by address and VLAN. Kept by each script thread for its
-- flows.
local library, settings = ...
local layout = library("layout")
local addresses = library("addresses")
local cursor, to_string = layout.cursor, layout.ffi.string

-- Of the memory that scripts share, a part for the hosts of each role, by the bytes that LuaJIT takes for one. Hosts
-- beyond that have no score.
local HOST = 96
local MOST = settings.memory_limit / 16 / HOST

local as_client, as_server = { hosts = 0, scores = {} }, { hosts = 0, scores = {} }

-- A number for IPv4: no text has to be made and kept for it.
local function key_of(address)
    local event = cursor.event
    if event.ip_version == 4 then
        return addresses.key(address, 4) + event.vlan_id * 4294967296
    end
    return to_string(address, 16) .. event.vlan_id
end

local function add(totals, address, amount)
    local key = key_of(address)
    local before = totals.scores[key]
    if before == nil and totals.hosts >= MOST then
        return
    end
    local total = (before or 0) + amount
    if total > 0 then
        totals.hosts = totals.hosts + (before and 0 or 1)
        totals.scores[key] = total
    elseif before then
        totals.hosts = totals.hosts - 1
        totals.scores[key] = nil
    end
end

local function total_of(totals, address)
    if totals.hosts == 0 then
        return 0
    end
    return totals.scores[key_of(address)] or 0
end

return {
    add_client = function(amount)
        add(as_client, cursor.event.cli_address, amount)
    end,
    add_server = function(amount)
        add(as_server, cursor.event.srv_address, amount)
    end,
    client = function()
        return (total_of(as_client, cursor.event.cli_address))
    end,
    server = function()
        return (total_of(as_server, cursor.event.srv_address))
    end,
    -- The flow in hand has ended.
    forget = function()
        local verdict = cursor.verdict
        if verdict.client_score ~= 0 then
            add(as_client, cursor.event.cli_address, -verdict.client_score)
        end
        if verdict.server_score ~= 0 then
            add(as_server, cursor.event.srv_address, -verdict.server_score)
        end
    end,
}
