"""The actions in a process of their own: search and answers, which take a while, keep nobody waiting elsewhere.

    python -m connectors.actions_process

Started and supervised by `laban serve`; listens on loopback, LABAN_ACTION_PORT.
"""

import uvicorn

from connectors.app import Shared, create_actions
from connectors.listening import ACTION_KEEP_ALIVE_S, LOOPBACK
from connectors.settings import load_settings


def main() -> None:
    """Serves until SIGTERM; what is under way is finished."""
    settings = load_settings()
    app = create_actions(settings, Shared.load(settings))
    uvicorn.run(
        app,
        host=LOOPBACK,
        port=settings.action_port,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=ACTION_KEEP_ALIVE_S,
        timeout_graceful_shutdown=int(settings.drain_timeout_s),
    )


if __name__ == "__main__":
    main()
