"""The console by its addresses."""

from __future__ import annotations

from fastapi import APIRouter

from web.console import (
    appointments,
    asking,
    attachments,
    audit,
    contributions,
    dates,
    event_mailings,
    event_writing,
    events,
    guests,
    heard,
    incoming,
    mailing_files,
    mailings,
    on_behalf,
    option_pictures,
    plan,
    poll_pictures,
    poll_stage,
    poll_writing,
    polls,
    processes,
    questionnaires,
    releasing,
    results,
    reviewing,
    round_series,
    sampling,
    series,
    series_writing,
    sharing,
    signing,
    staff_bot,
    webhooks,
    writing,
)
from web.console.door_routes import add_door
from web.console.room_routes import add_rooms
from web.console.signing import signed_in


def console_routes() -> APIRouter:
    router = APIRouter(prefix="/console", include_in_schema=False)
    router.add_api_route("/sign-in", signing.ask, methods=["GET"])
    router.add_api_route("/sign-in", signing.enter, methods=["POST"])
    router.add_api_route("/sign-out", signed_in(signing.leave), methods=["POST"])
    router.add_api_route("/language", signed_in(signing.speak), methods=["POST"])
    router.add_api_route("", signed_in(processes.list_processes), methods=["GET"])
    router.add_api_route("/processes/{process_id:int}", signed_in(processes.dashboard), methods=["GET"])
    _add_rounds(router)
    _add_mailings(router)
    _add_events(router)
    _add_dates(router)
    _add_polls(router)
    _add_series(router)
    _add_incoming(router)
    _add_questionnaires(router)
    router.add_api_route("/staff-bot", signed_in(staff_bot.show), methods=["GET"])
    router.add_api_route("/staff-bot/code", signed_in(staff_bot.make), methods=["POST"])
    router.add_api_route("/staff-bot/unlink", signed_in(staff_bot.undo), methods=["POST"])
    add_rooms(router)
    add_door(router)
    _add_webhooks(router)
    router.add_api_route("/audit", signed_in(audit.log), methods=["GET"])
    return router


def _add_rounds(router: APIRouter) -> None:
    router.add_api_route("/rounds/{round_id:int}", signed_in(results.show), methods=["GET"])
    router.add_api_route("/rounds/{round_id:int}/matrix", signed_in(results.show_matrix), methods=["GET"])
    router.add_api_route("/rounds/{round_id:int}/export.{form}", signed_in(results.export), methods=["POST"])
    router.add_api_route("/rounds/{round_id:int}/files.zip", signed_in(attachments.archive), methods=["POST"])
    router.add_api_route(
        "/rounds/{round_id:int}/attachments/{attachment_id:int}", signed_in(attachments.download), methods=["GET"]
    )
    behalf = "/rounds/{round_id:int}/on-behalf"
    router.add_api_route(behalf, signed_in(on_behalf.choose), methods=["GET"])
    router.add_api_route(behalf, signed_in(on_behalf.new_sheet), methods=["POST"])
    fills_in = f"{behalf}/{{subject:int}}"
    router.add_api_route(fills_in, signed_in(on_behalf.show), methods=["GET"])
    router.add_api_route(fills_in, signed_in(on_behalf.act, checks_forms=False), methods=["POST"])
    router.add_api_route(f"{fills_in}/files/{{name}}", signed_in(on_behalf.show_file), methods=["GET"])


def _add_questionnaires(router: APIRouter) -> None:
    here = questionnaires.HERE.removeprefix("/console")
    router.add_api_route(here, signed_in(questionnaires.list_all), methods=["GET"])
    router.add_api_route(here, signed_in(questionnaires.check), methods=["POST"])
    router.add_api_route(f"{here}/trial", signed_in(questionnaires.lead_back), methods=["GET"])
    router.add_api_route(f"{here}/trial", signed_in(questionnaires.go_on), methods=["POST"])
    trying = f"{here}/versions/{{version_id:int}}/try"
    router.add_api_route(trying, signed_in(questionnaires.try_version), methods=["GET", "POST"])


def _add_incoming(router: APIRouter) -> None:
    router.add_api_route("/mail", signed_in(incoming.show_mail), methods=["GET"])
    router.add_api_route("/mail/{mail_id:int}/answer", signed_in(incoming.answer_mail), methods=["POST"])
    router.add_api_route("/mail/{mail_id:int}/read", signed_in(incoming.mark_read), methods=["POST"])
    router.add_api_route("/excluded", signed_in(incoming.show_excluded), methods=["GET"])
    router.add_api_route("/excluded/{suppression_id:int}/lift", signed_in(incoming.write_again), methods=["POST"])


def _add_events(router: APIRouter) -> None:
    made = "/processes/{process_id:int}/events/new"
    router.add_api_route(made, signed_in(event_writing.new), methods=["GET"])
    router.add_api_route(made, signed_in(event_writing.create), methods=["POST"])
    event = "/events/{event_id:int}"
    router.add_api_route(event, signed_in(events.show), methods=["GET"])
    router.add_api_route(f"{event}/edit", signed_in(event_writing.edit), methods=["GET"])
    router.add_api_route(f"{event}/edit", signed_in(event_writing.change), methods=["POST"])
    router.add_api_route(f"{event}/documents", signed_in(event_writing.keep_documents), methods=["POST"])
    router.add_api_route(f"{event}/cancel", signed_in(event_writing.ask_to_cancel), methods=["GET"])
    router.add_api_route(f"{event}/cancel", signed_in(event_writing.cancel), methods=["POST"])
    router.add_api_route(f"{event}/delete", signed_in(event_writing.remove), methods=["POST"])
    router.add_api_route(f"{event}/mailings", signed_in(event_mailings.show), methods=["GET"])
    router.add_api_route(f"{event}/mailings", signed_in(event_mailings.prepare), methods=["POST"])
    router.add_api_route(f"{event}/replies", signed_in(events.enter), methods=["POST"])
    router.add_api_route(f"{event}/list", signed_in(guests.print_list), methods=["GET"])
    router.add_api_route(f"{event}/list.{{form}}", signed_in(guests.export), methods=["POST"])
    router.add_api_route(f"{event}/substitutes", signed_in(guests.invite), methods=["POST"])
    person = f"{event}/people/{{person:int}}"
    router.add_api_route(person, signed_in(guests.show), methods=["GET"])
    router.add_api_route(person, signed_in(guests.enter), methods=["POST"])
    router.add_api_route(f"{person}/acts/{{act}}", signed_in(guests.act), methods=["POST"])


def _add_dates(router: APIRouter) -> None:
    router.add_api_route("/processes/{process_id:int}/dates", signed_in(dates.list_all), methods=["GET"])
    router.add_api_route("/processes/{process_id:int}/dates", signed_in(dates.add), methods=["POST"])
    router.add_api_route("/dates/{poll_id:int}", signed_in(dates.show), methods=["GET"])
    router.add_api_route("/dates/{poll_id:int}/acts/{act}", signed_in(dates.act), methods=["POST"])
    slots = "/events/{event_id:int}/appointments"
    router.add_api_route(slots, signed_in(appointments.show), methods=["GET"])
    router.add_api_route(f"{slots}/acts/{{act}}", signed_in(appointments.act), methods=["POST"])
    router.add_api_route(f"{slots}/{{interviewer_id:int}}", signed_in(appointments.list_one), methods=["GET"])
    router.add_api_route(f"{slots}/{{interviewer_id:int}}/list.csv", signed_in(appointments.export), methods=["POST"])
    router.add_api_route("/links", signed_in(sharing.list_all), methods=["GET"])
    router.add_api_route("/links", signed_in(sharing.add), methods=["POST"])
    router.add_api_route("/links/list.csv", signed_in(sharing.export), methods=["POST"])
    router.add_api_route("/links/{link_id:int}/close", signed_in(sharing.close), methods=["POST"])
    router.add_api_route("/links/{link_id:int}/poster", signed_in(sharing.poster), methods=["GET"])
    router.add_api_route("/links/{link_id:int}/qr.svg", signed_in(sharing.picture), methods=["GET"])


def _add_polls(router: APIRouter) -> None:
    router.add_api_route("/ask", signed_in(asking.choose), methods=["GET"])
    router.add_api_route("/lending", signed_in(asking.lend), methods=["POST"])
    router.add_api_route("/ask/{template}", signed_in(asking.show), methods=["GET"])
    router.add_api_route("/ask/{template}", signed_in(asking.ask), methods=["POST"])
    of_process, poll = "/processes/{process_id:int}/polls", "/polls/{poll_id:int}"
    router.add_api_route(of_process, signed_in(polls.list_all), methods=["GET"])
    router.add_api_route(f"{of_process}/new", signed_in(poll_writing.new), methods=["GET"])
    router.add_api_route(f"{of_process}/new", signed_in(poll_writing.create), methods=["POST"])
    router.add_api_route(poll, signed_in(polls.show), methods=["GET"])
    router.add_api_route(f"{poll}/result.png", signed_in(poll_pictures.show), methods=["GET"])
    router.add_api_route(f"{poll}/edit", signed_in(poll_writing.edit), methods=["GET"])
    router.add_api_route(f"{poll}/edit", signed_in(poll_writing.change), methods=["POST"])
    router.add_api_route(f"{poll}/acts/{{act}}", signed_in(polls.ask_to_act), methods=["GET"])
    router.add_api_route(f"{poll}/acts/{{act}}", signed_in(polls.act), methods=["POST"])
    router.add_api_route(f"{poll}/stage", signed_in(poll_stage.ask_to_show), methods=["GET"])
    router.add_api_route(f"{poll}/stage", signed_in(poll_stage.act_on_poll), methods=["POST"])
    router.add_api_route(f"{poll}/sheet.csv", signed_in(poll_stage.sheet), methods=["POST"])
    router.add_api_route(f"{poll}/words", signed_in(heard.show), methods=["GET"])
    router.add_api_route(f"{poll}/words", signed_in(heard.act), methods=["POST"])
    router.add_api_route(f"{poll}/words.csv", signed_in(heard.export), methods=["POST"])
    router.add_api_route(f"{poll}/result-mailing", signed_in(polls.tell), methods=["POST"])
    pictures = f"{poll}/option-pictures"
    router.add_api_route(pictures, signed_in(option_pictures.show), methods=["GET"])
    router.add_api_route(pictures, signed_in(option_pictures.keep), methods=["POST"])
    router.add_api_route(f"{pictures}/{{option}}", signed_in(option_pictures.hand_out), methods=["GET"])
    router.add_api_route(f"{poll}/repeat", signed_in(series.repeat), methods=["POST"])
    contributed = "/processes/{process_id:int}/contributions"
    router.add_api_route(contributed, signed_in(contributions.show), methods=["GET"])
    router.add_api_route(contributed, signed_in(contributions.act), methods=["POST"])
    router.add_api_route(f"{contributed}.csv", signed_in(contributions.export), methods=["POST"])


def _add_series(router: APIRouter) -> None:
    rounds_again = "/processes/{process_id:int}/round-series"
    router.add_api_route(rounds_again, signed_in(round_series.list_all), methods=["GET"])
    router.add_api_route(rounds_again, signed_in(round_series.add), methods=["POST"])
    again = "/round-series/{series_id:int}"
    router.add_api_route(again, signed_in(round_series.show), methods=["GET"])
    router.add_api_route(f"{again}/acts/{{act}}", signed_in(round_series.act), methods=["POST"])
    router.add_api_route(f"{again}/trend.csv", signed_in(round_series.export), methods=["POST"])
    router.add_api_route("/series/{series_id:int}", signed_in(series.show), methods=["GET"])
    router.add_api_route("/series/{series_id:int}/edit", signed_in(series_writing.edit), methods=["GET"])
    router.add_api_route("/series/{series_id:int}/edit", signed_in(series_writing.change), methods=["POST"])
    router.add_api_route("/series/{series_id:int}/acts/{act}", signed_in(series.act), methods=["POST"])
    router.add_api_route("/series/{series_id:int}/trend.csv", signed_in(series.export), methods=["POST"])


def _add_webhooks(router: APIRouter) -> None:
    router.add_api_route("/webhooks", signed_in(webhooks.list_all), methods=["GET"])
    router.add_api_route("/webhooks", signed_in(webhooks.add), methods=["POST"])
    webhook = "/webhooks/{webhook_id:int}"
    router.add_api_route(webhook, signed_in(webhooks.show), methods=["GET"])
    router.add_api_route(f"{webhook}/acts/{{act}}", signed_in(webhooks.act), methods=["POST"])
    router.add_api_route(f"{webhook}/secret", signed_in(webhooks.renew), methods=["POST"])
    router.add_api_route(f"{webhook}/replay", signed_in(webhooks.replay_failed), methods=["POST"])
    router.add_api_route(f"{webhook}/calls/{{call_id:int}}/replay", signed_in(webhooks.replay_one), methods=["POST"])


def _add_mailings(router: APIRouter) -> None:
    router.add_api_route("/processes/{process_id:int}/plan", signed_in(plan.show), methods=["GET"])
    drafts = "/processes/{process_id:int}/mailings/new"
    router.add_api_route(drafts, signed_in(writing.new), methods=["GET"])
    router.add_api_route(drafts, signed_in(writing.create), methods=["POST"])
    mailing = "/mailings/{mailing_id:int}"
    router.add_api_route(mailing, signed_in(mailings.ledger), methods=["GET"])
    router.add_api_route(f"{mailing}/edit", signed_in(writing.edit), methods=["GET"])
    router.add_api_route(f"{mailing}/edit", signed_in(writing.change), methods=["POST"])
    router.add_api_route(f"{mailing}/review", signed_in(reviewing.review), methods=["GET"])
    router.add_api_route(f"{mailing}/audience", signed_in(reviewing.audience), methods=["GET"])
    router.add_api_route(f"{mailing}/sample/{{language}}", signed_in(sampling.sample_page), methods=["GET"])
    router.add_api_route(f"{mailing}/files/{{name}}", signed_in(mailing_files.hand_out), methods=["GET"])
    router.add_api_route(f"{mailing}/try", signed_in(sampling.try_mail), methods=["POST"])
    router.add_api_route(f"{mailing}/settle", signed_in(releasing.settle), methods=["POST"])
    router.add_api_route(f"{mailing}/proof.zip", signed_in(releasing.proof), methods=["POST"])
    router.add_api_route(f"{mailing}/acts/{{act}}", signed_in(releasing.act), methods=["POST"])
