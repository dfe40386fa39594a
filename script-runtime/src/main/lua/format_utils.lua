-- The module `format_utils`: number formats, which are global as well, and words for TCP's troubles.
local library = ...
local globals = library("lua_utils").globals

local module = {}
for _, name in ipairs({ "secondsToTime", "msToTime", "bytesToSize", "bitsToSize", "pktsToSize", "formatValue",
    "formatPackets", "formatFlows", "round", "formatEpoch" }) do
    module[name] = globals[name]
end

-- From the parameters that `create` of a connection issue kept.
function module.formatConnectionIssues(info)
    if type(info) ~= "table" or type(info.tcp_stats) ~= "table" then
        return ""
    end
    local words, stats = {}, info.tcp_stats
    for _, side in ipairs({ { "cli2srv", "client", info.client_issues, info.cli2srv_pkts },
        { "srv2cli", "server", info.server_issues, info.srv2cli_pkts } }) do
        if (tonumber(side[3]) or 0) > 0 then
            words[#words + 1] = ("%s: %d retransmitted, %d out of order, %d lost of %d packets"):format(side[2],
                tonumber(stats[side[1] .. ".retransmissions"]) or 0, tonumber(stats[side[1] .. ".out_of_order"]) or 0,
                tonumber(stats[side[1] .. ".lost"]) or 0, tonumber(side[4]) or 0)
        end
    end
    return table.concat(words, "; ")
end

return module
