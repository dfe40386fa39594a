-- Reports flows with a blacklisted host, or of a category that is malware.
local user_scripts = require("user_scripts")
local flow_consts = require("flow_consts")

local STATUS = flow_consts.status_types.status_blacklisted
local DEFAULTS = { score_to = 100, score_from = 50 }

local script = {
    api = "4.0",
    hooks = {},
    default_enabled = true,
    default_value = DEFAULTS,
    category = user_scripts.script_categories.security,
    gui = {
        i18n_title = "Blacklisted hosts",
        i18n_description = "Reports flows with a blacklisted host, or of a category that is malware",
        settings = {
            score_to = "score where a client turned to a blacklisted server, or to malware",
            score_from = "score where a blacklisted client knocked",
        },
    },
}

function script.hooks.protocolDetected(now, conf)
    if not flow.isBlacklisted() then
        return
    end
    local info = flow.getBlacklistedInfo()
    -- Who turns to a listed server is likely ill; a listed client is its own fault.
    if info["blacklisted.srv"] or info["blacklisted.cat"] then
        local score = conf and conf.score_to or DEFAULTS.score_to
        flow.triggerStatus(STATUS, info, score, score, 5)
    else
        local score = conf and conf.score_from or DEFAULTS.score_from
        flow.triggerStatus(STATUS, info, score, score, 10)
    end
end

return script
