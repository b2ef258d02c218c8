"""The three ERP tables under their canonical names: what mapping produces and training consumes.

``items``: one row an item.  ``ITEM_CD`` (str) and one column for each mapped attribute, as read:
text or number, not yet cleaned (cleaning is fitted with the model, so that a request is cleaned the
same way).

``routings``: one row an operation.  ``ITEM_CD``, ``ROUT_NO``, ``JOB_CD`` (str); ``PROC_SEQ`` (int);
``JOB_NM``, ``RES_CD``, ``RES_DIS``, ``BP_CD``, ``CUST_NM``, ``CUR_CD`` (str or missing);
``OUTSOURCED`` (bool); ``SETUP_MINUTES`` (an order), ``RUN_MINUTES`` (a piece), ``QUEUE_MINUTES``,
``WAIT_MINUTES``, ``MOVE_MINUTES``, ``SUBCONTRACT_PRC`` (float, NaN when missing); ``INSRT_DT``,
``VALID_FROM_DT``, ``VALID_TO_DT`` (datetime64, NaT when missing).

``results``: one row a work report.  ``ITEM_CD``, ``ROUT_NO``, ``JOB_CD``, ``RES_CD`` (str or
missing); ``PROC_SEQ`` (int); ``REPORT_DT`` (datetime64); ``SETUP_MINUTES`` (an order),
``RUN_MINUTES`` (a piece, NaN when the quantity makes it unknowable), ``ORDER_QTY``, ``BAD_QTY``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

ROUTING_KEY = ("ITEM_CD", "ROUT_NO", "PROC_SEQ")

ROUTING_COLUMNS: dict[str, str] = {
    "ITEM_CD": "str",
    "ROUT_NO": "str",
    "PROC_SEQ": "int",
    "JOB_CD": "str",
    "JOB_NM": "str",
    "RES_CD": "str",
    "RES_DIS": "str",
    "OUTSOURCED": "bool",
    "SETUP_MINUTES": "float",
    "RUN_MINUTES": "float",
    "QUEUE_MINUTES": "float",
    "WAIT_MINUTES": "float",
    "MOVE_MINUTES": "float",
    "BP_CD": "str",
    "CUST_NM": "str",
    "CUR_CD": "str",
    "SUBCONTRACT_PRC": "float",
    "INSRT_DT": "date",
    "VALID_FROM_DT": "date",
    "VALID_TO_DT": "date",
}

RESULT_COLUMNS: dict[str, str] = {
    "ITEM_CD": "str",
    "ROUT_NO": "str",
    "PROC_SEQ": "int",
    "JOB_CD": "str",
    "RES_CD": "str",
    "REPORT_DT": "date",
    "SETUP_MINUTES": "float",
    "RUN_MINUTES": "float",
    "ORDER_QTY": "float",
    "BAD_QTY": "float",
}


@dataclass(frozen=True, slots=True)
class Tables:
    """Items, routings and work results under canonical names and units (see the module's text)."""

    items: pd.DataFrame
    routings: pd.DataFrame
    results: pd.DataFrame
