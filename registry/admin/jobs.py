"""Jobs in Django admin: to read.  They are started, cancelled and repeated on their own page."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.readonly import ReadOnlyAdmin
from registry.models import Job
from registry.services import job_lines

SHOWN_LINES = 200


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Every long piece of work, newest first; old ones go by the calendar."""

    list_display = ("pk", "kind", "state", "progress", "step", "asked_at", "asked_by")
    list_filter = ("kind", "state")
    search_fields = ("asked_by", "error")
    date_hierarchy = "asked_at"
    list_select_related = ("retry_of",)
    fields = (
        "kind", "state", "progress", "step", "parameters", "asked_at", "asked_by", "started_at",
        "heartbeat_at", "finished_at", "cancel_at", "cancel_by", "retry_of", "result", "error",
        "traceback", "log",
    )  # fmt: skip
    readonly_fields = ("log",)

    @admin.display(description=_("Log"))
    def log(self, job: Job) -> SafeString:
        """Return the newest lines."""
        lines = job_lines.after(job, max(job.lines.count() - SHOWN_LINES, 0))
        return format_html("<pre>{}</pre>", "\n".join(map(str, lines)))
