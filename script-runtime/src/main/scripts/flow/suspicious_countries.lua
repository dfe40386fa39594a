-- Reports flows from or to countries on a list.

local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local SUSPICIOUS = "CN"
local FLOW_SCORE, CLIENT_SCORE, SERVER_SCORE = 100, 100, 10

local script = {
    hooks = {},

    gui = {
        i18n_title = "Suspicious countries",
        i18n_description = "Reports flows from or to countries on a list",
        input_builder = user_scripts.flow_checkbox_input_builder,
    },
}

-- Called once per flow, when its application protocol is known or given up.
function script.hooks.protocolDetected(now)
    local cli_country = flow.getClientGeolocation()["cli.country"]
    local srv_country = flow.getServerGeolocation()["srv.country"]

    if cli_country == SUSPICIOUS then
        tprint("From China")
    end

    if cli_country == SUSPICIOUS or srv_country == SUSPICIOUS then
        flow.setScore(FLOW_SCORE)
        flow.setClientScore(CLIENT_SCORE)
        flow.setServerScore(SERVER_SCORE)
        flow.triggerStatus(flow_consts.status_types.status_suspicious_country.status_id, {
            cli_country = cli_country,
            srv_country = srv_country,
        })
    end
end

return script
