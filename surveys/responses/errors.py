"""What can stand between a person and a questionnaire."""

from __future__ import annotations

from core.errors import Problem
from core.i18n import N_


class RoundNotOpen(Problem):
    text = N_("This questionnaire is not open yet. It opens on {opens}.")
    status = 403


class RoundClosed(Problem):
    text = N_("This questionnaire is closed and takes no more answers. Thank you for your interest.")
    status = 410


class RoundFull(Problem):
    text = N_("This questionnaire has all the answers it can take. Thank you for your interest.")
    status = 410


class NotInvited(Problem):
    text = N_("This questionnaire is not addressed to you. If you think it should be, please write to the office.")
    status = 403


class ResponseUnknown(Problem):
    text = N_("These answers were not found. Please open the questionnaire again from the message you received.")
    status = 404


class RoundUnknown(Problem):
    text = N_("There is no questionnaire with this name: {name}.")
    status = 404


class RoundAmbiguous(Problem):
    text = N_("Several processes have a questionnaire named {name}. Write the process before it: PROCESS/{name}")


class FormUnknown(Problem):
    text = N_("This questionnaire has not been published yet. Please try again later.")
    status = 404


class AttachmentUnfit(Problem):
    """A file of a kind that the question does not take; `limit` in megabytes."""

    text = N_("A file of this kind is not taken here.")
    status = 422


class NotAPicture(AttachmentUnfit):
    text = N_("Please send a picture: JPEG, PNG, WebP, GIF, HEIC or TIFF, at most {limit} MB.")


class NotASound(AttachmentUnfit):
    text = N_("Please send a recording: MP3, M4A, OGG, WAV, FLAC or AMR, at most {limit} MB.")


class NotAVideo(AttachmentUnfit):
    text = N_("Please send a video: MP4, MOV, WebM, 3GP, MPEG or AVI, at most {limit} MB.")


class NotADocument(AttachmentUnfit):
    text = N_("Please send a document (PDF, Word, Excel, OpenDocument, text), a picture, a recording, a video or a ZIP "
              "archive, at most {limit} MB.")  # fmt: skip


class AttachmentEmpty(Problem):
    text = N_("This file is empty. Please choose it again.")
    status = 422


class AttachmentLost(Problem):
    text = N_("Telegram did not hand it over.")


class AttachmentAbsent(Problem):
    text = N_("This file is not here: it is still on its way, or it has been replaced or removed.")
    status = 404
