"""How people reach the assistant: web app, REST, command line, and the supervisor that runs it all."""
