local dirs = ntop.getDirs()
package.path = dirs.installdir .. "/scripts/lua/modules/?.lua;" .. package.path
require "lua_utils"

local function dump()
    io.write(flow.cli() .. ":" .. flow.cli_port() .. " to " .. flow.srv() .. ":" .. flow.srv_port() .. "\n")
    tprint({
        protocol = flow.protocol(), vlan_id = flow.vlan_id(),
        bytes = flow.bytes(), sent = flow.cli2srv_bytes(), received = flow.srv2cli_bytes(),
        is_oneway = flow.is_oneway(), is_unicast = flow.is_unicast(), direction = flow.direction(),
        master = flow.l7_master_proto(), app = flow.l7_proto(), name = flow.l7_proto_name(),
        http = flow.http(), dns = flow.dns(), ssh = flow.ssh(), tls_quic = flow.tls_quic(),
    })
end

if flow.bytes() > 50000 then
    dump()
end

return(0)
