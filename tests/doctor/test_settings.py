"""What doctor says of settings: all of them at once, and nothing fails on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.doctor import settings as judged
from cli.doctor.settings import judge_settings
from core.config import Settings, examine_settings
from core.errors import Problem, SettingMisspelt, SettingWrong
from core.findings import Finding, Judgement, State
from core.i18n import translator

NOWHERE = Path("/nowhere/.env")
COMPLETE = {
    "public_url": "https://ascolto.example.org",
    "secret_key": "a secret of at least thirty-two characters",
    "participant_bot_token": "1001:participants",
    "staff_bot_token": "1002:staff",
    "smtp_url": "smtp+starttls://user:word@mail.example.org smtps://mail.example.net?weight=2",
    "mail_from": "Ufficio di piano <piano@example.org>",
    "return_address": "ritorni@example.org",
}


def said(**changed: object) -> list[tuple[State, str]]:
    found = judge_settings(Settings(**{**COMPLETE, **changed}), (), NOWHERE)  # type: ignore[arg-type]
    return [(one.state, one.message.say(translator("en"))) for one in found]


def test_complete_settings() -> None:
    assert said() == [(State.OK, "The settings are complete.")]


def test_without_any_setting_everything_missing_is_told_with_what_it_is_for() -> None:
    found = judge_settings(Settings(), (), NOWHERE)
    wrong = [one.message.say(translator("en")) for one in found if one.state is State.WRONG]
    for name, purpose in (("SECRET_KEY", "Signs links"), ("SMTP_URL", "smtp://"), ("MAIL_FROM", "sender of mails")):
        assert any(f"ASCOLTO_{name} is missing" in one and purpose in one for one in wrong)
    assert len(wrong) == 3
    assert {"NO_BOT", "ONLY_HERE", "NO_RETURNS"} <= set(found_kinds(found))


def found_kinds(found: list[Finding]) -> list[str]:
    kinds = {name: one for name, one in vars(judged).items() if isinstance(one, Judgement)}
    return [name for one in found for name, kind in kinds.items() if kind.fits(one)]


@pytest.mark.parametrize(
    ("changed", "state", "words"),
    [
        ({"secret_key": "short"}, State.WRONG, "fewer than 32"),
        ({"participant_bot_token": ""}, State.WARNING, "nobody is reached by Telegram"),
        ({"participant_bot_token": "no token"}, State.WRONG, "BotFather"),
        ({"staff_bot_token": "1001:participants"}, State.WRONG, "one token"),
        ({"public_url": "http://127.0.0.1:8000"}, State.WARNING, "this machine only"),
        ({"public_url": "http://ascolto.example.org"}, State.WARNING, "without encryption"),
        ({"public_url": "ascolto.example.org"}, State.WRONG, "no address of a page"),
        ({"public_url": "https://[x"}, State.WRONG, "no address of a page"),
        ({"smtp_url": ""}, State.WRONG, "ASCOLTO_SMTP_URL is missing"),
        ({"smtp_url": "mail.example.org"}, State.WRONG, "begins with none of"),
        ({"mail_from": ""}, State.WRONG, "ASCOLTO_MAIL_FROM is missing"),
        ({"mail_from": "Ufficio di piano"}, State.WRONG, "no mail address"),
        ({"mail_from": "piano@localhost"}, State.WRONG, "no mail address"),
        ({"mail_domain_rates": "gmail.com=fast"}, State.WRONG, "gmail.com=fast"),
        ({"telegram_rate": 100}, State.WRONG, "ASCOLTO_TELEGRAM_RATE"),
        ({"return_address": ""}, State.WARNING, "bounces go unnoticed"),
        ({"return_address": "Ritorni <r@example.org>"}, State.WRONG, "an address alone"),
        ({"return_address": "", "incoming_mail": "maildir:/x"}, State.WRONG, "without ASCOLTO_RETURN_ADDRESS"),
        ({"clock_file": "/tmp/clock"}, State.WARNING, "training"),
    ],
)
def test_each_thing_that_is_wrong(changed: dict[str, object], state: State, words: str) -> None:
    ((found_state, text),) = said(**changed)
    assert found_state is state
    assert words in text


REFUSED: dict[str, dict[str, object]] = {
    "need_secret": {"secret_key": ""},
    "need_smtp": {"smtp_url": ""},
    "need_mail_from": {"mail_from": ""},
    "need_return_address": {"return_address": ""},
    "checked_return_address": {"return_address": "no address"},
    "checked_telegram_rate": {"telegram_rate": 100},
    "need_participant_token": {"participant_bot_token": ""},
}


def test_whatever_a_role_asks_of_the_settings_is_looked_at() -> None:
    """Doctor must not call settings complete with which `serve` refuses to start."""
    assert set(REFUSED) == {name for name in vars(Settings) if name.startswith(("need_", "checked_"))}
    for name, changed in REFUSED.items():
        with pytest.raises(Problem):
            getattr(Settings(**{**COMPLETE, **changed}), name)()  # type: ignore[arg-type]
        assert State.OK not in {state for state, _ in said(**changed)}, name


def test_a_file_with_secrets_that_everybody_reads(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("ASCOLTO_PORT=1")
    file.chmod(0o640)
    assert found_kinds(judge_settings(Settings(**COMPLETE), (), file)) == ["GOOD"]  # type: ignore[arg-type]
    file.chmod(0o644)
    (found,) = judge_settings(Settings(**COMPLETE), (), file)  # type: ignore[arg-type]
    assert judged.READABLE.fits(found)
    assert found.lines == (f"chmod o= {file}",)


def test_all_that_cannot_be_used_is_found_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"
    file.write_text("ASCOLTO_PORT=many\nASCOLTO_SECRETKEY=x\nASCOLTO_SMTP_RATE=12\n")
    monkeypatch.setenv("ASCOLTO_LOG_FORMAT", "xml")
    monkeypatch.setenv("ASCOLTO_CONTACT_BUDGET", "-1")
    settings, problems = examine_settings(file)
    kinds = sorted((type(one).__name__, one.values["name"]) for one in problems)
    assert kinds == [
        (SettingMisspelt.__name__, "ASCOLTO_SECRETKEY"),
        (SettingWrong.__name__, "ASCOLTO_CONTACT_BUDGET"),
        (SettingWrong.__name__, "ASCOLTO_LOG_FORMAT"),
        (SettingWrong.__name__, "ASCOLTO_PORT"),
    ]
    assert (settings.port, settings.log_format, settings.smtp_rate) == (8000, "text", 12)
    assert sum(one.message in problems for one in judge_settings(settings, problems, NOWHERE)) == 4
