-- Functions of `flow` that read the verdict, alike in all generations that have them, and what they are made from.
local library = ...
local arguments = library("arguments")
local notes = library("flow_notes")
local severities = library("severities")

local cursor = library("layout").cursor
local type = type

local flow = {}

function flow.canTriggerAlert()
    return cursor.verdict.alerts == 0
end

function flow.getAlertedStatusScore()
    return cursor.verdict.alerted_score
end

-- Millrace only watches: nothing is ever held back.
function flow.isPassVerdict()
    return true
end

-- JSON text of an alert that another system raised for this flow; it is handed out once. nil where none waits.
local take = library("external_alerts").take

-- The severities of 2019 and 4.0 in the numbers of 4.2; what is above them is one of those already.
local SEVERITIES_OF_4_2 = { ["0"] = "2", ["1"] = "4", ["2"] = "5" }

local function take_in_4_2()
    local text = take()
    return text and (text:gsub('("severity_id":)(%d+)', function(name, id)
        return name .. (SEVERITIES_OF_4_2[id] or id)
    end, 1))
end

-- Text that the last alert was raised with; nil where there was none.
local function alert_info()
    local note = notes.here()
    return note and note.info
end

-- Level of a severity that a script gives; that of the status where it gives none.
local function level_or(generation, severity, level)
    return severities.level(generation, severity) or level
end

-- Whether an argument is a number; says so in a line of trace where it is not.
local function number_or_wrong(name, position, value)
    if type(value) == "number" then
        return true
    end
    arguments.wrong(name, position, "number", value)
    return false
end

local function string_or_wrong(name, position, value)
    if type(value) == "string" then
        return true
    end
    arguments.wrong(name, position, "string", value)
    return false
end

-- The same where the entry of a module's table will do as well as its number.
local function named_or_wrong(name, position, value)
    return type(value) == "table" or number_or_wrong(name, position, value)
end

return {
    public = flow,
    named_or_wrong = named_or_wrong,
    by_generation = {
        ["2019"] = { retrieveExternalAlertInfo = take }, ["4.0"] = { retrieveExternalAlertInfo = take },
        ["4.2"] = { retrieveExternalAlertInfo = take_in_4_2 }, open = { retrieveExternalAlertInfo = take },
    },
    string_or_wrong = string_or_wrong,
    number_or_wrong = number_or_wrong,
    alert_info = alert_info,
    level_or = level_or,
}
