"""Questions put to a real name server."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from core.errors import SettingWrong
from core.i18n import translator
from notifications.deliverability.asking import name_servers
from notifications.deliverability.questions import Answer, Kind, NoAnswer, Question
from tests.support.name_server import name_server

LONG = "v=DKIM1; p=" + "A" * 2000
ZONE = {
    "example.org": {
        "TXT": ["v=spf1 -all", LONG, 'a"b\\c è \x1b'],
        "A": ["93.184.215.14"],
        "AAAA": ["2606:2800::1"],
        "MX": ["10 mail.example.org", "0 "],
    },
    "14.215.184.93.in-addr.arpa": {"PTR": ["mail.example.org"]},
    "short.example.org": {"TXT": ["v=spf1 mx -all"]},
}


async def test_every_kind_of_record() -> None:
    async with name_server(ZONE) as server:
        ask = name_servers(server.setting).ask
        assert await ask(Question("short.example.org", Kind.TXT)) == Answer(("v=spf1 mx -all",))
        assert set((await ask(Question("Example.org", Kind.TXT))).records) == set(ZONE["example.org"]["TXT"])
        assert await ask(Question("example.org", Kind.A)) == Answer(("93.184.215.14",))
        assert await ask(Question("example.org", Kind.AAAA)) == Answer(("2606:2800::1",))
        assert set((await ask(Question("example.org", Kind.MX))).records) == {"10 mail.example.org", "0 "}
        assert await ask(Question("14.215.184.93.in-addr.arpa", Kind.PTR)) == Answer(("mail.example.org",))


async def test_what_is_not_there() -> None:
    async with name_server(ZONE) as server:
        ask = name_servers(server.setting).ask
        assert await ask(Question("short.example.org", Kind.MX)) == Answer()
        assert await ask(Question("gone.example.org", Kind.TXT)) == Answer(exists=False)
        assert len(server.asked) == 2


@pytest.mark.parametrize("silent", [True, False])
async def test_a_server_that_does_not_answer_or_cannot(silent: bool) -> None:
    async with name_server({}, silent=silent) as server:
        server.failing = {"example.org"}
        begun = time.monotonic()
        with pytest.raises(NoAnswer) as caught:
            await replace(name_servers(server.setting), lifetime=1.0).ask(Question("example.org", Kind.TXT))
        assert time.monotonic() - begun < 5
        assert caught.value.question == Question("example.org", Kind.TXT)


async def test_nobody_listens_and_names_that_are_none() -> None:
    async with name_server({}) as server:
        setting, ask = server.setting, name_servers(server.setting).ask
        for name in ("x" * 64 + ".example.org", "a..b", "x." * 200):
            with pytest.raises(NoAnswer):
                await ask(Question(name, Kind.TXT))
    with pytest.raises(NoAnswer):
        await replace(name_servers(setting), lifetime=1.0).ask(Question("example.org", Kind.TXT))


@pytest.mark.parametrize("server", ["localhost:53", "127.0.0.1:x", "127.0.0.1:99999", "dns", ":53", "[::1", "a b"])
def test_what_is_no_name_server_is_said(server: str) -> None:
    with pytest.raises(SettingWrong) as caught:
        name_servers(server)
    assert "127.0.0.1:5353" in caught.value.say(translator("en"))


def test_name_servers_as_they_are_set() -> None:
    assert [str(one) for one in name_servers("127.0.0.1").resolver.nameservers] == ["127.0.0.1"]
    six = name_servers("[::1]:54").resolver
    assert (six.port, list(six.nameservers)) == (54, ["::1"])
