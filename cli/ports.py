"""Listening sockets, with a clear word when a port is taken."""

from __future__ import annotations

import errno
import socket

from core.errors import PortTaken

BACKLOG = 2048


def listen(host: str, port: int) -> socket.socket:
    """A listening socket (port 0: any free one); raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # uvicorn needs the protocol named, or it leaves Nagle on and every answer waits 40 ms
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)  # from now on whoever asks waits instead of being turned away
    except OSError as error:
        listener.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise PortTaken(host=host, port=port) from error
        raise
    return listener
