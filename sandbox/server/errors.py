"""What the Bot API answers when it refuses, in its own words."""

from __future__ import annotations

from typing import Any

TITLES = {400: "Bad Request", 403: "Forbidden", 409: "Conflict"}


class Refusal(Exception):
    """An answer with `ok: false`; the description is what Telegram would say."""

    def __init__(self, status: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"ok": False, "error_code": self.status, "description": self.description}
        if self.retry_after is not None:
            answer["parameters"] = {"retry_after": self.retry_after}
        return answer


def bad_request(reason: str) -> Refusal:
    return Refusal(400, f"{TITLES[400]}: {reason}")


def forbidden(reason: str) -> Refusal:
    return Refusal(403, f"{TITLES[403]}: {reason}")


def conflict(reason: str) -> Refusal:
    return Refusal(409, f"{TITLES[409]}: {reason}")


def too_many(retry_after: int) -> Refusal:
    return Refusal(429, f"Too Many Requests: retry after {retry_after}", retry_after)
