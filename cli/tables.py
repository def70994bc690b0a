"""Every table of the product, gathered for migrations and tests."""

from __future__ import annotations

import bots.participants.tables
import core.contributions.tables
import core.people.tables
import core.process.appointments.tables
import core.process.dates.tables
import core.process.door.tables
import core.process.lending_tables
import core.process.room.tables
import core.process.tables
import core.sharing.tables
import core.staff.tables
import core.tables
import core.webhooks.tables
import notifications.channels.tables
import notifications.intake.tables
import notifications.ledger.tables
import notifications.staff.tables
import surveys.polls.lent_tables
import surveys.polls.screen_tables
import surveys.polls.series_tables
import surveys.polls.tables
import surveys.recurring.tables
import surveys.responses.tables
from core.database.base import Base

MODULES = (
    bots.participants.tables,
    core.contributions.tables,
    core.people.tables,
    core.process.room.tables,
    core.process.appointments.tables,
    core.process.dates.tables,
    core.process.door.tables,
    core.process.lending_tables,
    core.process.tables,
    core.sharing.tables,
    core.staff.tables,
    core.tables,
    core.webhooks.tables,
    notifications.channels.tables,
    notifications.intake.tables,
    notifications.ledger.tables,
    notifications.staff.tables,
    surveys.polls.lent_tables,
    surveys.polls.screen_tables,
    surveys.polls.series_tables,
    surveys.polls.tables,
    surveys.recurring.tables,
    surveys.responses.tables,
)
METADATA = Base.metadata
