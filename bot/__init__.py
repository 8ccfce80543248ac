"""How a conversation goes: a Rasa project (intents, slots, rules, responses) and its graph components."""
