-- The module `mud_utils`: records in the shared store what each local host talks to, for a MUD profile (RFC 8520).
-- Sets are named as ntopng names them, so that tools which read them there find them here.
local library = ...
local discover_utils = library("discover_utils")

local PROTOCOLS = { TCP = true, UDP = true }

local function store()
    return library("ntop").ntop
end

local function set_name(kind, host, server_side)
    local version = host:find(":", 1, true) and "v6_" or ""
    return ("ntopng.mud.ifid_0.%s._%s_.%s%s"):format(kind, host, version, server_side and "in" or "out")
end

local function marker(kind, host)
    return ("ntopng.mud.ifid_0.%s._%s_"):format(kind, host)
end

local function name_of(mud)
    local name = mud.host_server_name
    if (name == nil or name == "") and mud["protos.dns.last_query"] ~= "" then
        name = mud["protos.dns.last_query"]
    end
    return name and (name:gsub("^www%.", "")) or ""
end

-- Kind of fingerprint, that of the client, that of the server.
local function fingerprints(flow)
    local tls, ssh = flow.getTLSInfo(), flow.getSSHInfo()
    local client, server = tls["protos.tls.ja3.client_hash"], tls["protos.tls.ja3.server_hash"]
    if client or server then
        return "JA3", client or "", server or ""
    end
    client, server = ssh["protos.ssh.hassh.client_hash"], ssh["protos.ssh.hassh.server_hash"]
    if client or server then
        return "HASSH", client or "", server or ""
    end
    return "", "", ""
end

-- One host of the flow. role: "cli" or "srv"; other: its peer's.
local function record(flow, mud, info, role, other, recording)
    local host = info[role .. ".ip"]
    local is_server = role == "srv"
    local peer = info[other .. ".ip"]
    local kind, parts
    if mud.is_local then
        kind = "local"
        local name = mud[other .. ".serialize_by_mac"] and mud[other .. ".mac"] or peer
        parts = { info["proto.l4"], name, info["srv.port"] }
    else
        local print_kind, client_print, server_print = fingerprints(flow)
        local own, others = client_print, server_print
        if is_server then
            own, others = server_print, client_print
        end
        parts = { info["proto.l4"], info["proto.ndpi_app"], print_kind, own }
        kind = "remote_minimal"
        if recording == "special_purpose" then
            kind = "remote_full"
            local name = not is_server and name_of(mud) or ""
            parts[5], parts[6] = others, name ~= "" and name or peer
        end
    end
    for i = 1, #parts do
        parts[i] = tostring(parts[i])
    end
    store().setMembersCache(set_name(kind, host, is_server), table.concat(parts, "|"))
end

local function peers(flow, each)
    local info = flow.getInfo()
    if not PROTOCOLS[info["proto.l4"]] then
        return
    end
    local mud = flow.getMUDInfo()
    each(mud, info, "cli", "srv")
    each(mud, info, "srv", "cli")
end

local function module_of_2019(flow)
    return {
        handleFlow = function()
            peers(flow, function(mud, info, role, other)
                local recording = mud[role .. ".mud_recording"]
                if recording ~= "disabled" and recording ~= "default" then
                    record(flow, mud, info, role, other, recording)
                    store().setCache(marker("has_recorded_data", info[role .. ".ip"]), "1")
                end
            end)
        end,
    }
end

-- Where a host's preference is "default", its device type decides; recording ends some time after it began.
local function module_of_2020(flow)
    return {
        handleFlow = function(now, device_types, max_recording_s)
            peers(flow, function(mud, info, role, other)
                local recording, device = mud[role .. ".mud_recording"], mud[role .. ".devtype"] or 0
                if recording == "default" then
                    -- The router's MAC address says nothing of remote hosts.
                    if type(device_types) ~= "table" or not device_types[device] or not info[role .. ".localhost"] then
                        return
                    end
                    recording = discover_utils.isSpecialPurposeDevice(device) and "special_purpose" or "general_purpose"
                end
                if recording == "disabled" then
                    return
                end
                local first = marker("first_recorded_data", info[role .. ".ip"])
                local since = tonumber(store().getCache(first))
                if since == nil then
                    store().setCache(first, tostring(now))
                elseif max_recording_s and now - since > max_recording_s then
                    return
                end
                record(flow, mud, info, role, other, recording)
            end)
        end,
    }
end

-- Without a generation the arguments tell which is meant: 2019 gave none.
local function module_of_either(flow)
    local old, new = module_of_2019(flow), module_of_2020(flow)
    return {
        handleFlow = function(now, ...)
            if now == nil then
                return old.handleFlow()
            end
            return new.handleFlow(now, ...)
        end,
    }
end

return {
    of = function(generation, flow)
        if generation == "open" then
            return module_of_either(flow)
        end
        return generation == "2019" and module_of_2019(flow) or module_of_2020(flow)
    end,
}
