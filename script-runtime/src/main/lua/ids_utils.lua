-- The module `ids_utils`: scores of alerts of an intrusion detection system. Ours, as that of ntopng is not public: by
-- the alert's severity in Suricata's count, where 1 is the worst.
local SCORES = { 100, 50, 10 }

return {
    -- Scores for flow, client and server, from what flow.retrieveExternalAlertInfo() told.
    computeScore = function(info)
        local alert = type(info) == "table" and info.alert
        local severity = type(alert) == "table" and tonumber(alert.severity) or #SCORES
        local score = SCORES[severity] or SCORES[#SCORES]
        return score, score, score
    end,
}
