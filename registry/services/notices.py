"""Tells people by chat and e-mail what happened while nobody looked.

A notice is handed to the queue and sent from there: an address that does not answer harms nothing
but the notice, which is then written to the log.
"""

from __future__ import annotations

import json
import logging
import smtplib
import urllib.error
import urllib.request
from functools import partial
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _
from django.utils.translation import override

from registry import figures, job_words, selectors
from registry.kinds import KINDS
from registry.models import JobState
from registry.services.queueing import hand_over

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from registry.models import Job

log = logging.getLogger(__name__)

SEND = "registry.tasks.send_notice"
FINISHED, FAILED, BETTER, ROLLED_BACK = "finished", "failed", "better", "rolled_back"
BROKEN = (JobState.FAILED, JobState.ERRORED, JobState.LOST)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A webhook that sends us elsewhere is not the one that was configured."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Refuse."""


_opener = urllib.request.build_opener(_NoRedirect)


def tell(event: str, title: str, text: str = "") -> None:
    """Hand a notice to the queue once the transaction is over, if people want to know of it."""
    if event in selectors.iter_training().reports.notify and _channels():
        hand_over(SEND, title, text)


def of_job(job: Job) -> None:
    """Tell how a job ended, if its kind is one that people wait for."""
    if not KINDS[job.kind].told:
        return
    with override(settings.LANGUAGE_CODE):
        names = {"job": job.label, "number": job.pk}
        if job.state == JobState.SUCCEEDED:
            tell(FINISHED, _("%(job)s %(number)s finished") % names, _what_came_of(job.result))
        elif job.state in BROKEN:
            tell(FAILED, _("%(job)s %(number)s failed") % names, job_words.said(job.error))


def _what_came_of(result: Mapping[str, Any]) -> str:
    """Return in a line what a job has brought: for a training how good its version is."""
    metrics, version = result.get("metrics") or {}, str(result.get("version") or "")
    if result.get("skipped"):
        return job_words.said(str(result["skipped"]))
    compared = metrics.get("comparison") or {}
    now = figures.number(compared, "overall", "trim_mae")
    error = figures.number(metrics, "backtest", "model", "trim_mae") if now is None else now
    if error is None:
        return version
    told = {"version": version, "error": figures.TYPICAL_ERROR.text(error)}
    text = _("%(version)s: %(error)s typical error a piece")
    if now is not None:
        verdict = compared["verdict"]
        told |= {"champion": compared["champion"]}
        text = _("%(version)s: %(error)s typical error a piece, not better than %(champion)s")
        if verdict["wins"]:
            told |= {"percent": f"{100 * verdict['gain']:.0f}"}
            text = _(
                "%(version)s: %(error)s typical error a piece, %(percent)s %% better than "
                "%(champion)s"
            )
    return text % told


def send(title: str, text: str) -> dict[str, bool]:
    """Send a notice everywhere; return which address took it."""
    return {name: _sent(name, partial(way, title, text)) for name, way in _channels().items()}


def _channels() -> dict[str, Callable[[str, str], None]]:
    """Return the configured ways."""
    ways: dict[str, Callable[[str, str], None]] = {}
    if settings.SLACK_WEBHOOK_URL:
        ways["slack"] = _to_slack
    if settings.TEAMS_WEBHOOK_URL:
        ways["teams"] = _to_teams
    if settings.NOTICE_EMAILS and settings.EMAIL_HOST:
        ways["email"] = _to_email
    return ways


def _sent(name: str, way: Callable[[], None]) -> bool:
    """Go one way; what goes wrong is logged without the address, which is a secret."""
    try:
        way()
    except urllib.error.HTTPError as error:
        log.warning("notice.refused", extra={"channel": name, "status": error.code})
    except (OSError, HTTPException, smtplib.SMTPException, ValueError) as error:
        log.warning("notice.not_sent", extra={"channel": name, "error": type(error).__name__})
    else:
        return True
    return False


def _to_slack(title: str, text: str) -> None:
    _post(settings.SLACK_WEBHOOK_URL, {"text": f"*{_plain(title)}*\n{_plain(text)}".strip()})


def _to_teams(title: str, text: str) -> None:
    blocks = [{"type": "TextBlock", "text": title, "weight": "bolder", "wrap": True}]
    if text:
        blocks.append({"type": "TextBlock", "text": text, "wrap": True})
    card = {"type": "AdaptiveCard", "version": "1.4", "body": blocks}
    kind = "application/vnd.microsoft.card.adaptive"
    attachment = {"contentType": kind, "content": card}
    _post(settings.TEAMS_WEBHOOK_URL, {"type": "message", "attachments": [attachment]})


def _to_email(title: str, text: str) -> None:
    subject = " ".join(f"{settings.BRAND}: {title}".split())
    send_mail(subject, text or title, settings.DEFAULT_FROM_EMAIL, list(settings.NOTICE_EMAILS))


def _plain(text: str) -> str:
    """Take away what Slack would read as a link or a mention."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _post(url: str, body: dict[str, Any]) -> None:
    """Post JSON to a webhook, with a limit to the waiting.

    Raises:
        ValueError: when the address is not one of the web.
        OSError, HTTPException: when nobody takes it.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError("a webhook begins with https://")
    request = urllib.request.Request(  # noqa: S310 -- the scheme was looked at
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    with _opener.open(request, timeout=settings.NOTICE_TIMEOUT_SECONDS) as answer:
        answer.read(1000)
