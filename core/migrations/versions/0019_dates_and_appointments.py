"""Days looked for together, interviews by appointment, links to pass on with how often they were opened."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database.base import BigId, Instant, Json

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "date_poll",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("process_id", BigId, nullable=False),
        sa.Column("title", Json, nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("event_id", BigId, nullable=True),
        sa.Column("closes_at", Instant(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("chosen_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_date_poll_event_id")),
        sa.ForeignKeyConstraint(["process_id"], ["process.id"], name=op.f("fk_date_poll_process_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_poll")),
    )
    op.create_index("ix_date_poll_process_id", "date_poll", ["process_id"], unique=False)

    op.create_table(
        "interviewer",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("event_id", BigId, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("minutes", BigId, nullable=False),
        sa.Column("before", BigId, nullable=False),
        sa.Column("after", BigId, nullable=False),
        sa.Column("available", Json, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_interviewer_account_id")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_interviewer_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interviewer")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_interviewer_event_id_name")),
    )
    op.create_table(
        "share_link",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("office_id", BigId, nullable=False),
        sa.Column("event_id", BigId, nullable=True),
        sa.Column("municipality_id", BigId, nullable=True),
        sa.Column("organisation_id", BigId, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_share_link_event_id")),
        sa.ForeignKeyConstraint(["municipality_id"], ["municipality.id"], name=op.f("fk_share_link_municipality_id")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_share_link_office_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_share_link_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_link")),
        sa.UniqueConstraint("code", name=op.f("uq_share_link_code")),
    )
    op.create_index("ix_share_link_office_id", "share_link", ["office_id"], unique=False)

    op.create_table(
        "slot_plan",
        sa.Column("event_id", BigId, nullable=False),
        sa.Column("change_hours", BigId, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_slot_plan_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_slot_plan")),
    )
    op.create_table(
        "date_asked",
        sa.Column("poll_id", BigId, nullable=False),
        sa.Column("participant_id", BigId, nullable=False),
        sa.Column("told_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_date_asked_participant_id")),
        sa.ForeignKeyConstraint(["poll_id"], ["date_poll.id"], name=op.f("fk_date_asked_poll_id")),
        sa.PrimaryKeyConstraint("poll_id", "participant_id", name=op.f("pk_date_asked")),
    )
    op.create_index("ix_date_asked_participant_id", "date_asked", ["participant_id"], unique=False)

    op.create_table(
        "date_option",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("poll_id", BigId, nullable=False),
        sa.Column("starts_local", sa.String(), nullable=False),
        sa.Column("ends_local", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["date_poll.id"], name=op.f("fk_date_option_poll_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_option")),
        sa.UniqueConstraint(
            "poll_id", "starts_local", "ends_local", name=op.f("uq_date_option_poll_id_starts_local_ends_local")
        ),
    )
    op.create_table(
        "share_visit",
        sa.Column("link_id", BigId, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("visits", BigId, nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["share_link.id"], name=op.f("fk_share_visit_link_id")),
        sa.PrimaryKeyConstraint("link_id", "day", name=op.f("pk_share_visit")),
    )
    op.create_table(
        "slot",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("event_id", BigId, nullable=False),
        sa.Column("interviewer_id", BigId, nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_slot_event_id")),
        sa.ForeignKeyConstraint(["interviewer_id"], ["interviewer.id"], name=op.f("fk_slot_interviewer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
        sa.UniqueConstraint("interviewer_id", "starts_at", name=op.f("uq_slot_interviewer_id_starts_at")),
    )
    op.create_index("ix_slot_event_id", "slot", ["event_id"], unique=False)

    op.create_table(
        "appointment",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("event_id", BigId, nullable=False),
        sa.Column("participant_id", BigId, nullable=False),
        sa.Column("slot_id", BigId, nullable=True),
        sa.Column("door", sa.String(), nullable=False),
        sa.Column("first_at", Instant(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("sequence", BigId, nullable=False),
        sa.Column("remind_at", Instant(), nullable=True),
        sa.Column("held", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_appointment_event_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_appointment_participant_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_appointment_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("event_id", "participant_id", name=op.f("uq_appointment_event_id_participant_id")),
        sa.UniqueConstraint("slot_id", name=op.f("uq_appointment_slot_id")),
    )
    op.create_index("ix_appointment_participant_id", "appointment", ["participant_id"], unique=False)
    op.create_index(
        "ix_appointment_remind_at",
        "appointment",
        ["remind_at"],
        unique=False,
        sqlite_where=sa.text("remind_at IS NOT NULL"),
        postgresql_where=sa.text("remind_at IS NOT NULL"),
    )

    op.create_table(
        "date_answer",
        sa.Column("id", BigId, autoincrement=True, nullable=False),
        sa.Column("option_id", BigId, nullable=False),
        sa.Column("participant_id", BigId, nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("door", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["option_id"], ["date_option.id"], name=op.f("fk_date_answer_option_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_date_answer_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_answer")),
        sa.UniqueConstraint("option_id", "participant_id", name=op.f("uq_date_answer_option_id_participant_id")),
    )
    op.create_index("ix_date_answer_participant_id", "date_answer", ["participant_id"], unique=False)


def downgrade() -> None:
    op.drop_table("date_answer")
    op.drop_table("appointment")
    op.drop_table("slot")
    op.drop_table("share_visit")
    op.drop_table("date_option")
    op.drop_table("date_asked")
    op.drop_table("slot_plan")
    op.drop_table("share_link")
    op.drop_table("interviewer")
    op.drop_table("date_poll")
