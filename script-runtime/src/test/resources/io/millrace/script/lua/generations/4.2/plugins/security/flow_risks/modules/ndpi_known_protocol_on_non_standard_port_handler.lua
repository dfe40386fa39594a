local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_known_proto_on_non_std_port

local handler = {}

function handler.handle_risk(risk_id, flow_score, cli_score, srv_score)
    local status = STATUS.create(STATUS.alert_severity, flow.getInfo())
    flow.triggerStatus(status, 100, 100, 100)
end

return handler
