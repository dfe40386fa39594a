-- What live flows lay on each host, as client and as server, by `address@vlan`. Kept by each script thread for its flows.
local library = ...
local layout = library("layout")
local addresses = library("addresses")
local cursor = layout.cursor

local as_client, as_server = { hosts = 0, scores = {} }, { hosts = 0, scores = {} }

local function add(totals, address, amount)
    local event = cursor.event
    local key = addresses.text(address, event.ip_version) .. "@" .. event.vlan_id
    local before = totals.scores[key]
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
    local event = cursor.event
    return totals.scores[addresses.text(address, event.ip_version) .. "@" .. event.vlan_id] or 0
end

return {
    add_client = function(amount)
        add(as_client, cursor.event.cli_address, amount)
    end,
    add_server = function(amount)
        add(as_server, cursor.event.srv_address, amount)
    end,
    client = function()
        return total_of(as_client, cursor.event.cli_address)
    end,
    server = function()
        return total_of(as_server, cursor.event.srv_address)
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
