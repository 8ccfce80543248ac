"""Take the ports before anything slow begins, so that a taken one is known at once."""

import errno
import socket

from connectors.errors import StartError

LOOPBACK = "127.0.0.1"
# Rasa keeps its connections to the actions for 4 s (bot/endpoints.yml); the server must keep them longer.
ACTION_KEEP_ALIVE_S = 30


def listen(host: str, port: int, variable: str) -> socket.socket:
    """A socket bound to `host` and `port` (0: any free), not listening yet; StartError if it cannot be."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        taken = socket.socket(family, kind, protocol)
    except OSError as error:
        raise StartError(f"LABAN_HOST={host} is not an address of this machine ({error.strerror})") from None
    # Lets a restart have the port while connections of the run before are still closing.
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind(address)
    except OSError as error:
        taken.close()
        raise StartError(_why(error, host, port, variable)) from None
    return taken


def free_port() -> int:
    """A loopback port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _why(error: OSError, host: str, port: int, variable: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken by another program (perhaps La Bàn runs already). "
            f"Stop it, or choose another port: {variable}={port + 1 if port < 65535 else 8001} make run"
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs root. Choose one above 1023: {variable}=8000 make run"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"LABAN_HOST={host} is not an address of this machine; 127.0.0.1 and 0.0.0.0 always are"
    return f"Port {port} on {host} cannot be opened: {error.strerror}"
