-- From 4.0 on these two are numbers.
local library = ...
local traffic = library("flow_traffic")

return { public = { getBytes = traffic.bytes, getPackets = traffic.packets } }
