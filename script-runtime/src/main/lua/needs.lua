-- What the script thread has to know of every flow because a script could ask for it: nothing beyond the event, its two
-- hosts, or these and its counters at its previous event. All of it costs each event cache misses, so it is kept only
-- where the text of a script shows that it may be asked for. What a text does not show counts as asked for.
local library = ...
local flow_api = library("flow_api")
local lexer = library("lexer")
local modules = library("modules")
local generations = library("generations")

local EVENT, HOSTS, PAST = 0, 1, 2
local LEVELS = { event = EVENT, hosts = HOSTS, past = PAST }
local OF_FUNCTION = flow_api.needs()
-- Ways to `flow` or to more code that leave no trace in the text.
local HIDING = { _G = true, load = true, loadstring = true, loadfile = true, dofile = true }
-- Modules of ours that call functions of `flow`, or bring code of others.
local OF_MODULE = { mud_utils = HOSTS, plugins_utils = PAST }
local END = "end_of_source"

local highest = EVENT

local function of_module(name)
    for _, generation in ipairs(generations.all) do
        if modules.of(generation)[name] and not modules.replaceable[name] then
            return OF_MODULE[name] or EVENT
        end
    end
    return PAST
end

local function of_function(name)
    return LEVELS[OF_FUNCTION[name]] or EVENT
end

-- The name or text at a token of a chain that starts at `flow`; nil where it is something else.
local function field_at(tokens, i)
    local sign, step, close = tokens[i], tokens[i + 1], tokens[i + 2]
    if step and (sign.text == "." or sign.text == ":") and step.kind == "name" then
        return step.text
    elseif step and sign.text == "[" and step.kind == "string" and close and close.text == "]" then
        return step.text:match("^.([%w_]+).$")
    end
    return nil
end

local function of_flow(tokens, i)
    local name = field_at(tokens, i + 1)
    return name and of_function(name) or PAST
end

local function of_require(tokens, i)
    local argument = tokens[i + 1]
    if argument.text == "(" then
        argument = tokens[i + 2]
    end
    return argument and argument.kind == "string" and of_module(argument.text:sub(2, -2)) or PAST
end

local function tokens_of(source)
    local tokens = {}
    for kind, text in lexer(source .. "\n" .. END) do
        tokens[#tokens + 1] = { kind = kind, text = text }
    end
    return tokens
end

local function of(source)
    local tokens = tokens_of(source)
    if tokens[#tokens].text ~= END then
        return PAST
    end
    local level = EVENT
    for i, token in ipairs(tokens) do
        local before = tokens[i - 1] and tokens[i - 1].text
        if token.kind == "name" and before ~= "." and before ~= ":" then
            local here = HIDING[token.text] and PAST or token.text == "flow" and of_flow(tokens, i)
                or token.text == "require" and of_require(tokens, i) or EVENT
            level = math.max(level, here)
        end
    end
    return level
end

return {
    EVENT = EVENT, HOSTS = HOSTS, PAST = PAST,
    -- Takes a text of a script into account.
    note = function(source)
        highest = highest == PAST and PAST or math.max(highest, of(source))
    end,
    -- What the texts so far need: EVENT, HOSTS or PAST.
    level = function()
        return highest
    end,
}
