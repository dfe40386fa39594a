local dirs = ntop.getDirs()
package.path = dirs.installdir .. "/scripts/lua/modules/?.lua;" .. package.path
require("lua_utils")

local function describe()
    local sum = flow.cli2srv_bytes() + flow.srv2cli_bytes()
    local parts = { flow.http(), flow.dns(), flow.ssh(), flow.tls_quic() }
    local fields = 0
    for _, part in ipairs(parts) do
        fields = fields + table.len(part)
    end
    return {
        client = flow.cli(), server = flow.srv(), port = flow.srv_port(), from = flow.cli_port(),
        l4 = flow.protocol(), vlan = flow.vlan_id(), bytes = flow.bytes(), sum = sum,
        master = flow.l7_master_proto(), app = flow.l7_proto(), l7 = flow.l7_proto_name(),
        direction = flow.direction(), one_way = flow.is_oneway(), unicast = flow.is_unicast(), fields = fields,
    }
end

local here = describe()
if here.l7 == "SSH" and here.direction == "remote2remote" and flow.is_unicast() and not flow.is_oneway() then
    flow.triggerAlert(60, "SSH " .. here.client .. " to " .. here.server)
end

return(0)
