"""Runs a sandbox alone: `python -m sandbox --port N --smtp-port M`.

Prints its addresses as one line of JSON when it is ready, and ends on SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from core.clock import clock_from
from sandbox.server.rates import Limits
from sandbox.serving import serving
from sandbox.world import create_world

TOKENS = {"participants": "1001:participants", "staff": "1002:staff"}


def main() -> None:
    asyncio.run(run(_options().parse_args()))


async def run(options: argparse.Namespace) -> None:
    tokens = TOKENS | dict(pair.split("=", 1) for pair in options.token)
    usual = Limits()
    limits = Limits(options.rate, options.chat_rate, usual.chat_burst, usual.per_group_minute)
    world = create_world(tokens, clock_from(options.clock_file), limits=limits, language=options.language)
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    async with serving(world, options.port, options.smtp_port, options.host) as addresses:
        told = {"http": addresses.http, "telegram": addresses.telegram, "smtp": addresses.smtp, "tokens": tokens}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        await over.wait()


def _options() -> argparse.ArgumentParser:
    usual = Limits()
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A pretended Telegram and mail server.")
    parser.add_argument("--port", type=int, default=0, help="HTTP port; 0 takes a free one")
    parser.add_argument("--smtp-port", type=int, default=0, help="mail port; 0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1", help="the address both listen on; a container needs 0.0.0.0")
    parser.add_argument("--token", action="append", default=[], metavar="BOT=TOKEN", help="a bot's token")
    parser.add_argument("--clock-file", type=Path, help="the file of a clock shared with the product")
    parser.add_argument("--rate", type=float, default=usual.overall, help="messages a second, over all chats")
    parser.add_argument("--chat-rate", type=float, default=usual.per_chat, help="messages a second, in one chat")
    parser.add_argument("--language", default="it", help="the language of the pages")
    return parser


if __name__ == "__main__":
    main()
