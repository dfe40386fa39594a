local dirs = ntop.getDirs()
package.path = dirs.installdir .. "/scripts/lua/modules/?.lua;" .. package.path
require "lua_utils"

calls = (calls or 0) + 1

local name = flow.tls_quic()["protos.tls.client_requested_server_name"]
if name == "www.example.org" and flow.direction() == "local@remote" then
    local told = flow.triggerAlert(300, "seen " .. name .. " in call " .. calls)
    tprint(told)
end

return(0)
