local user_scripts = require("user_scripts")

local script = {
    category = user_scripts.script_categories.system,
    default_enabled = false,
    default_value = { quiet = true },
    hooks = {},
    gui = {
        i18n_title = "flow_logger",
        i18n_description = "flow_logger as 4.0 had it",
    },
}

local log

local function open_log(now)
    local path = string.format("%s/flows-%s.log", script_folder or "/tmp", os.date("%Y%m%d", now))
    log = io.open(path, "a")
    if log == nil then
        traceError(TRACE_ERROR, TRACE_CONSOLE, "cannot open " .. path)
    end
end

function script.hooks.protocolDetected(now, conf)
    if conf.quiet then
        print(os.date("%H:%M:%S ", now) .. shortFlowLabel(flow.getInfo()))
        return
    end
    if log == nil then
        open_log(now)
    end
    if log ~= nil then
        log:write(os.date("%H:%M:%S ", now), shortFlowLabel(flow.getInfo()), "\n")
    end
end

function script.teardown()
    if log ~= nil then
        log:close()
    end
end

return script
