"""Hand-made answers: a gland that is turned, subcontracted for plating, and inspected."""

from __future__ import annotations

from registry.core.routing import (
    UNKNOWN_TIME,
    AttributeWeight,
    Candidate,
    CandidateSource,
    Doubt,
    DoubtCode,
    Explanation,
    Flip,
    Neighbour,
    Operation,
    Prediction,
    ResourceChoice,
    TimeEstimate,
    TimeSource,
)


def minutes(
    value: float, *, source: TimeSource = TimeSource.MODEL, samples: int = 0
) -> TimeEstimate:
    """Return an estimate whose interval is half to one and a half of it."""
    return TimeEstimate(
        minutes=value,
        low=value * 0.5,
        high=value * 1.5,
        optimal=value * 0.75,
        safe=value * 1.5,
        source=source,
        sample_count=samples,
    )


TURNING = Operation(
    sequence=10,
    job="TURN",
    job_name="선삭",
    outsourced=False,
    outsourced_share=0.0,
    setup=minutes(30.0, source=TimeSource.WORK_RESULTS, samples=12),
    run=minutes(6.0, source=TimeSource.WORK_RESULTS, samples=12),
    queue_minutes=60.0,
    resource=ResourceChoice("NC-03", "NC lathe 3", 0.8),
    support=1.0,
)
PLATING = Operation(
    sequence=20,
    job="PLATE",
    job_name="도금",
    outsourced=True,
    outsourced_share=0.9,
    setup=minutes(0.0),
    run=minutes(4.0),
    wait_minutes=float("nan"),
    resource=ResourceChoice("OUT", "Outside", 1.0),
    partner=ResourceChoice("V-77", "Hankook Plating", 0.7),
    price=1250.0,
    currency="KRW",
    support=0.6,
)
INSPECTION = Operation(
    sequence=30,
    job="INSP",
    job_name="검사",
    outsourced=False,
    outsourced_share=0.0,
    setup=minutes(5.0),
    run=minutes(2.0),
    partner=ResourceChoice("V-77", "Hankook Plating", 0.1),
    price=9.0,
    support=0.95,
)
UNTIMED = TURNING._replace(job="DEBURR", job_name="사상", run=UNKNOWN_TIME)
WITH_PLATING = Candidate(
    rank=1,
    operations=(TURNING, PLATING, INSPECTION),
    confidence=0.87,
    similarity=0.91,
    reference_item="G-100",
    source=CandidateSource.NEIGHBOUR,
)
WITHOUT_PLATING = Candidate(
    rank=2,
    operations=(TURNING, INSPECTION._replace(sequence=20)),
    confidence=0.1,
    similarity=0.72,
    reference_item="G-200",
    source=CandidateSource.COMPOSED,
)
GLAND = Prediction(
    item="G-999",
    abstained=False,
    doubt=None,
    candidates=(WITH_PLATING, WITHOUT_PLATING),
    neighbours=(
        Neighbour("G-100", 0.91, "1", ("TURN", "PLATE", "INSP"), 0),
        Neighbour("G-200", 0.72, "1", ("TURN", "INSP"), 1),
    ),
    explanation=Explanation(
        sentences=("Made like G-100.",),
        attributes=(AttributeWeight("PART_TYPE", "14", 0.3),),
        flips=(Flip("ITEM_MATERIAL", "SUS316", "SUS304", "PLATE", added=False),),
    ),
)
UNKNOWABLE = Prediction(
    item="X-1",
    abstained=True,
    doubt=Doubt(DoubtCode.NOTHING_TO_COMPARE),
    candidates=(),
    neighbours=(),
    explanation=Explanation(),
)
