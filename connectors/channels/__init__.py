"""The platforms, one module each (`connectors.channel` says what a channel is)."""
