local user_scripts = require("user_scripts")

local script = {
    category = user_scripts.script_categories.system,
    default_enabled = false,
    default_value = { folder = "/tmp" },
    hooks = {},
    gui = {
        i18n_title = "flow_callbacks_config.flow_logger",
        i18n_description = "flow_callbacks_config.flow_logger_description",
    },
}

local log_file
local has_failed = false

local function open_log(folder)
    local path = folder .. "/flows." .. os.date("%d%b%Y") .. ".log"
    local file, message = io.open(path, "a")
    if not file then
        has_failed = true
        traceError(TRACE_ERROR, TRACE_CONSOLE, "Cannot log flows: " .. message)
    end
    return file
end

function script.hooks.protocolDetected(now, conf)
    local label = os.date("%H:%M:%S ", now) .. shortFlowLabel(flow.getInfo())
    log_file = log_file or not has_failed and open_log(conf.folder) or nil
    if log_file == nil then
        print(label)
        return
    end
    log_file:write(label)
    log_file:write("\n")
end

function script.teardown()
    if log_file then
        log_file:close()
        log_file = nil
    end
end

return script
