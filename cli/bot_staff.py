"""The staff's bot of this process: polling, or serving the webhook where Telegram can reach us."""

from __future__ import annotations

from contextlib import AsyncExitStack

from bots.staff.receiving import StaffDeps, open_application
from bots.staff.talk import Making
from bots.staff.telling import run_telling
from bots.staff.updates import StaffDoor
from bots.updates.polling import poll_for
from bots.updates.webhook import keep_webhook, path_of, route_for, webhook_secret
from cli.bot_name import bot_name
from cli.roles import Part
from cli.voice import judging_of
from cli.world import World
from core.config import NO_TOKEN, PREFIX, TOKEN
from core.errors import SettingWrong

PATH = path_of("staff")


async def start(world: World, stack: AsyncExitStack) -> Part:
    """For where there is a token; raises SettingWrong where it is none."""
    settings = world.settings
    token = settings.staff_bot_token
    if not TOKEN.fullmatch(token):
        raise SettingWrong(name=f"{PREFIX}STAFF_BOT_TOKEN", reason=NO_TOKEN)
    deps = StaffDeps(
        token=token,
        api_url=settings.telegram_api_url,
        database=world.database,
        clock=world.clock,
        judging=judging_of(world, await bot_name(settings, patient=False)),
        urls=world.urls(),
        making=Making(world.ids, settings.mail_size_limit),
    )
    door = StaffDoor(open_application(deps))
    stack.push_async_callback(door.close)
    if not settings.webhook:
        return Part((poll_for(door, world.database), run_telling(deps, door)))
    secret = webhook_secret(settings.need_secret(), token)
    address = f"{settings.public_url.rstrip('/')}{PATH}"
    return Part((keep_webhook(door, address, secret), run_telling(deps, door)), (route_for(door, PATH, secret),))
