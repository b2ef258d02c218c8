"""Rules that make sense in every plant, as JSON: they name no operation of any plant."""

from __future__ import annotations

from typing import Any

A_DAY, A_WEEK = 1440, 10080

SHIPPED: tuple[dict[str, Any], ...] = (
    {
        "name": "A routing has an operation",
        "kind": "limit",
        "severity": "error",
        "field": "operations",
        "min": 1,
    },
    {
        "name": "Setup time is not negative",
        "kind": "limit",
        "severity": "error",
        "field": "setup_minutes",
        "min": 0,
    },
    {
        "name": "Run time is not negative",
        "kind": "limit",
        "severity": "error",
        "field": "run_minutes",
        "min": 0,
    },
    {
        "name": "Setup takes at most a day",
        "kind": "limit",
        "severity": "warning",
        "field": "setup_minutes",
        "max": A_DAY,
    },
    {
        "name": "A piece takes at most a week",
        "kind": "limit",
        "severity": "warning",
        "field": "run_minutes",
        "max": A_WEEK,
    },
    {
        "name": "In-house operations have a run time",
        "kind": "required",
        "severity": "warning",
        "field": "run_minutes",
        "outsourced": False,
    },
    {
        "name": "In-house operations have a resource",
        "kind": "required",
        "severity": "warning",
        "field": "resource",
        "outsourced": False,
    },
    {
        "name": "Subcontracted operations have a subcontractor",
        "kind": "required",
        "severity": "info",
        "field": "partner",
        "outsourced": True,
    },
    {
        "name": "Subcontracted operations have no setup of ours",
        "kind": "limit",
        "severity": "info",
        "field": "setup_minutes",
        "max": 0,
        "outsourced": True,
    },
    {
        "name": "A routing has at most 60 operations",
        "kind": "limit",
        "severity": "warning",
        "field": "operations",
        "max": 60,
    },
    {
        "name": "No operation twice in a row",
        "kind": "max_count",
        "severity": "info",
        "job": "*",
        "most": 1,
        "in_a_row": True,
    },
)
