-- Waits a second in every call, without using the processor. Needs --allow-script os.

return {
    hooks = {
        protocolDetected = function(now)
            os.execute("sleep 1")
        end,
    },
}
