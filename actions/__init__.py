"""What the assistant does in a turn: the rasa-sdk actions that Rasa calls."""
