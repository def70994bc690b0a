"""Albums as the Bot API takes them: all of it or nothing, one kind, each of them a message that counts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.server.rates import Limits
from tests.support.attachments import PDF, png
from tests.support.sandbox import FAST, TOKENS, RunningSandbox, running_sandbox

Files = dict[str, tuple[str, bytes]]
PICTURES: Files = {"a": ("a.png", png(2, 2)), "b": ("b.png", png(3, 3))}
PAPERS: Files = {"a": ("a.pdf", PDF), "b": ("b.csv", b"x")}


async def album(sandbox: RunningSandbox, kinds: list[str], files: Files) -> dict[str, Any]:
    media = [
        {"type": kind, "media": f"attach://{name}", "caption": name} for kind, name in zip(kinds, files, strict=True)
    ]
    fields = {"chat_id": "7", "media": json.dumps(media)}
    path = f"/telegram/bot{TOKENS['participants']}/sendMediaGroup"
    return dict((await sandbox.http.post(path, data=fields, files=files)).json())


@pytest.mark.parametrize(
    ("kinds", "files", "said"),
    [
        (["photo", "photo"], PICTURES, ""),
        (["document", "document"], PAPERS, ""),
        (["document", "photo"], PICTURES, "can't be mixed"),
        (["photo", "photo"], PICTURES | {"b": ("b.png", PDF)}, "IMAGE_PROCESS_FAILED"),
        (["photo"], {"a": PICTURES["a"]}, "wrong number of media"),
        (["photo"] * 11, {str(n): PICTURES["a"] for n in range(11)}, "wrong number of media"),
    ],
)
async def test_an_album_is_of_one_kind_and_whole(kinds: list[str], files: Files, said: str) -> None:
    async with running_sandbox() as sandbox:
        sandbox.world.bots["participants"].private_chat(7).started = True
        answer = await album(sandbox, kinds, files)
        shown = await sandbox.person(7).bot_messages()
    assert answer["ok"] is not bool(said), answer
    assert said in answer.get("description", "")
    assert [(one["media"]["kind"], one["text"]) for one in shown] == (
        [] if said else list(zip(kinds, files, strict=True))
    )


async def test_each_message_of_an_album_counts() -> None:
    limits = Limits(overall=FAST.overall, per_chat=1, chat_burst=3)
    async with running_sandbox(limits=limits) as sandbox:
        sandbox.world.bots["participants"].private_chat(7).started = True
        answers = [await album(sandbox, ["photo", "photo"], PICTURES) for _ in range(3)]
    assert [one["ok"] for one in answers] == [True, True, False]
    assert answers[2]["parameters"]["retry_after"] >= 1
