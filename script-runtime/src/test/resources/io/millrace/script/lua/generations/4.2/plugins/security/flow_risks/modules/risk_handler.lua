local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_flow_risk

local handler = {}

function handler.handle_risk(risk_id, flow_score, cli_score, srv_score)
    local status = STATUS.create(STATUS.alert_severity, risk_id)
    flow.triggerStatus(status, flow_score, cli_score, srv_score)
end

return handler
