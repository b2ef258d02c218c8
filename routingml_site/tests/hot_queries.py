"""The queries that run often or carry the product's weight; each must also compile to T-SQL.

Add one as ``"what it answers": lambda: <queryset>``.  Querysets are lazy, so nothing is asked here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from accounts.models import ApiKey, AuditEvent, Counter, SignIn, User
from prediction import selectors as asked
from prediction.models import Draft, PredictionRequest, RoutingRule
from quality.models import Alert, QualityCycle, SampleResult
from quality.services import feedback
from registry.models import (
    Activation,
    ConfigRevision,
    Job,
    JobLine,
    MappingProfile,
    ModelVersion,
)
from training.models import Probation, RequestState, RetrainingRequest
from training.selectors import listed, requests

HOT_QUERIES: dict[str, Callable[[], QuerySet[Any, Any]]] = {
    "whose token is this": lambda: SignIn.objects.select_related("user").filter(
        ended_at=None, expires_at__gt=timezone.now()
    )[:1],
    "which sign-ins are good": lambda: SignIn.objects.good(timezone.now()).order_by("-seen_at"),
    "whose key is this": lambda: ApiKey.objects.good(timezone.now()).select_related("user")[:1],
    "is the limit reached": lambda: Counter.objects.filter(
        kind="account", subject="x", ends_at__gt=timezone.now(), count__gte=10
    )[:1],
    "the whole audit chain": lambda: AuditEvent.objects.order_by("number"),
    "who waits for a decision": lambda: User.objects.filter(state="pending").order_by(
        "-requested_at"
    ),
    "how many people in each role": lambda: User.objects.values("role").annotate(n=Count("id")),
    "a page of the audit log": lambda: AuditEvent.objects.filter(target="x")[50:100],
    "which version is active": lambda: ModelVersion.objects.filter(state="active")[:1],
    "what was live when": lambda: Activation.objects.newest_first().select_related(
        "version", "previous", "returns_to__version"
    )[:10],
    "which parameters are in force": lambda: ConfigRevision.objects.order_by("-number")[:1],
    "what a person asked last": lambda: asked.history().filter(asked_by="x")[:8],
    "which batches a person asked for last": lambda: (
        Job.objects.of("predict_batch").filter(asked_by="x").order_by("-pk")[:5]
    ),
    "which exports a batch may have": lambda: (
        Job.objects.of("export_batch").filter(pk__gt=1).order_by("-pk")[:50]
    ),
    "the newest drafts": lambda: Draft.objects.all().without_content().newest_first()[25:50],
    "is this draft as I saw it": lambda: Draft.objects.filter(pk=1, revision=1, state="open"),
    "which rules are in force": lambda: RoutingRule.objects.filter(is_active=True).order_by("pk"),
    "which profile is active": lambda: MappingProfile.objects.filter(is_active=True)[:1],
    "the newest jobs": lambda: listed("train", "failed")[:100],
    "which trainings wait": lambda: Job.objects.of("train").waiting(),
    "which retrainings wait for their turn": lambda: requests(only_open=True),
    "which retrainings are set aside": lambda: RetrainingRequest.objects.in_state(
        RequestState.DEFERRED
    ),
    "which places of the queue are taken": lambda: RetrainingRequest.objects.in_state(
        RequestState.WAITING
    ).values_list("place", flat=True),
    "has drift asked already": lambda: RetrainingRequest.objects.filter(
        reason="drift", asked_at__gte=timezone.now()
    ),
    "is a version on probation": lambda: Probation.objects.filter(state="open")[:1],
    "the trend of quality": lambda: (
        QualityCycle.objects.finished().newest_first().without_content()[:30]
    ),
    "one dimension of the groups of some cycles": lambda: QualityCycle.objects.filter(
        pk__in=[1, 2]
    ).values_list("pk", "groups__family"),
    "missing values cycle by cycle": lambda: (
        QualityCycle.objects.finished()
        .newest_first()
        .values_list("started_at", "findings__missing")[:30]
    ),
    "where a cycle was most wrong": lambda: (
        SampleResult.objects.filter(cycle=1, mean_error__isnull=False, jobs__contains="+T1+")
        .defer("operations")
        .order_by("-mean_error", "pk")[:20]
    ),
    "which alerts are open": lambda: Alert.objects.open().newest_first(),
    "what was asked within a window": lambda: (
        PredictionRequest.objects.filter(leave_out=False, asked_at__gte=timezone.now())
        .exclude(channel="quality")
        .newest_first()
        .values_list("items", flat=True)[:2000]
    ),
    "what planners kept": lambda: feedback.approved("v1", 30),
    "whose worker is silent": lambda: Job.objects.running().filter(heartbeat_at__lt=timezone.now()),
    "the lines after the last one": lambda: JobLine.objects.filter(job_id=1, number__gt=7).order_by(
        "-number"
    )[:500],
}
