"""What was typed into a form, by the names of its fields."""

from __future__ import annotations

from starlette.requests import Request


async def typed_of(request: Request) -> dict[str, str]:
    return {str(name): str(value) for name, value in (await request.form()).items()}
