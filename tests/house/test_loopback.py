from __future__ import annotations

import socket

import pytest

from tests.house.loopback import BeyondLoopback


def test_other_machines_are_out_of_reach() -> None:
    with socket.socket() as line, pytest.raises(BeyondLoopback):
        line.connect(("192.0.2.1", 25))
    with pytest.raises(BeyondLoopback):
        socket.getaddrinfo("mail.example.org", 25)


def test_this_machine_is_within_reach() -> None:
    with socket.socket() as ear, socket.socket() as line:
        ear.bind(("127.0.0.1", 0))
        ear.listen()
        line.connect(ear.getsockname())
    assert socket.getaddrinfo("localhost", 25)
