local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_suspicious_file_transfer

local handler = {}

function handler.handle_risk(flow_score, cli_score, srv_score)
    local status = STATUS.create(STATUS.alert_severity, flow.getHTTPInfo())
    flow.triggerStatus(status, flow_score, cli_score, srv_score)
end

return handler
