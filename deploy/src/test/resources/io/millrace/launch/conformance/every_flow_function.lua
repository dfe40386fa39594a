-- Calls every function of the flow object in every hook; what a function needs is given, everything else is asked bare.

local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_suspicious_country.status_id

local arguments = {
   addStatus = { STATUS },
   clearStatus = { STATUS },
   hasRisk = { 1 },
   incScore = { 5 },
   isStatusSet = { STATUS },
   matchesL7 = { 5 },
   setClientScore = { 10 },
   setCustomInfo = { "seen" },
   setPredominantStatus = { STATUS },
   setScore = { 20 },
   setServerScore = { 30 },
   setStatus = { STATUS },
   triggerAlert = { STATUS, 1, 1, 1, "info" },
   triggerStatus = { STATUS, { reason = "every function is called" } },
}

local names = {}
for name in pairs(flow) do
   names[#names + 1] = name
end
table.sort(names)

local script = {
   hooks = {},
   gui = { i18n_title = "Every function", i18n_description = "Calls every function of the flow object" },
}

function script.hooks.all(now)
   arguments.callMethodById = arguments.callMethodById or { flow.methodNamesToIds().getClientIp }
   for _, name in ipairs(names) do
      flow[name](table.unpack(arguments[name] or {}))
   end
end

return script
