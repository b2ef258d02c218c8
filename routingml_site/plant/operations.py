"""The plant's operations: what they are called, where they run, and how long they really take."""

from __future__ import annotations

from dataclasses import dataclass

NEVER = float("inf")
ALWAYS = 0.0


@dataclass(frozen=True, slots=True)
class Job:
    """An operation.

    Real minutes are ``setup`` an order and ``run`` a piece at 100 mm, scaled by the size to
    ``growth`` and by the material's effort to ``hardness``.  ``wrong`` is what the planners'
    standard says over what is true.  From ``outside`` millimetres on it is subcontracted.
    """

    code: str
    name: str
    machine: str
    machines: int
    setup: float
    run: float
    growth: float
    hardness: float
    wrong: float
    outside: float
    forgettable: bool


def _job(
    code: str, name: str, machine: str, machines: int, setup: float, run: float, growth: float,
    hardness: float, wrong: float, outside: float = NEVER, *, forgettable: bool = False,
) -> Job:
    return Job(
        code, name, machine, machines, setup, run, growth, hardness, wrong, outside, forgettable
    )


JOBS: tuple[Job, ...] = (
    _job("PR01", "자재불출", "자재창고", 2, 5, 0.8, 0.2, 0.0, 1.8),
    _job("PR02", "수입검사", "수입검사대", 2, 8, 3.0, 0.3, 0.0, 1.3, forgettable=True),
    _job("SW01", "소재절단(SAW)", "밴드쏘", 3, 10, 4.0, 1.4, 0.7, 0.7),
    _job("SW02", "워터젯 절단", "WATERJET", 1, 20, 9.0, 1.2, 0.4, 1.4),
    _job("SW03", "레이저 절단(외주)", "외주", 1, 10, 2.0, 0.8, 0.2, 1.1, ALWAYS),
    _job("CS01", "주조품 입고검사", "주물검사대", 1, 10, 4.0, 0.5, 0.0, 1.2),
    _job("LT01", "CNC 선반(소형)", "LYNX 220", 6, 35, 9.0, 0.9, 1.0, 0.75),
    _job("LT02", "CNC 선반(중형)", "PUMA 300", 7, 50, 16.0, 1.1, 1.0, 0.7),
    _job("LT03", "CNC 선반(대형)", "PUMA 700", 3, 80, 26.0, 1.2, 1.0, 0.65, 300.0),
    _job("LT04", "수직선반(VTL)", "VTL-16", 2, 120, 40.0, 1.2, 1.0, 0.6),
    _job("LT05", "범용선반", "범용선반", 4, 25, 18.0, 0.9, 0.9, 1.2),
    _job("LT06", "CNC 선반(정삭)", "QT-250", 4, 40, 11.0, 1.0, 1.1, 0.8),
    _job("LT07", "복합가공(MILL-TURN)", "INTEGREX", 3, 60, 13.0, 0.9, 1.0, 0.7),
    _job("MC01", "MCT 가공(소형)", "DNM 400", 5, 45, 12.0, 0.7, 0.8, 0.75),
    _job("MC02", "MCT 가공(대형)", "DNM 650", 3, 70, 24.0, 0.9, 0.8, 0.7, 300.0),
    _job("MC03", "5축 가공", "DVF 5000", 1, 110, 45.0, 0.9, 0.9, 0.6),
    _job("DR01", "드릴/탭", "드릴링머신", 4, 12, 6.0, 0.4, 0.6, 1.2),
    _job("DR02", "심공드릴(외주)", "외주", 1, 15, 18.0, 0.8, 0.6, 1.3, ALWAYS),
    _job("SL01", "슬로팅/키홈", "슬로팅머신", 2, 20, 9.0, 0.5, 0.8, 1.1),
    _job("WE01", "와이어커팅", "WIRE EDM", 3, 30, 34.0, 0.8, 0.3, 0.8, 95.0),
    _job("LZ01", "레이저 그루브", "LASER GROOVER", 1, 60, 28.0, 1.0, 0.2, 0.8),
    _job("GD01", "원통연마", "원통연삭기", 3, 30, 12.0, 0.8, 0.6, 0.9),
    _job("GD02", "평면연마", "평면연삭기", 4, 25, 8.0, 1.0, 0.7, 0.9),
    _job("GD03", "내경연마", "내경연삭기", 2, 35, 14.0, 0.7, 0.8, 0.85),
    _job("GD05", "센터리스 연마(외주)", "외주", 1, 10, 1.5, 0.3, 0.4, 1.3, ALWAYS),
    _job("LP01", "래핑(1차)", "LAPPING 24", 5, 15, 5.0, 1.1, 0.8, 1.1),
    _job("LP02", "래핑(정밀)", "LAPPING 36", 4, 15, 9.0, 1.3, 0.8, 1.0),
    _job("PO01", "폴리싱", "POLISHING", 3, 10, 4.0, 0.9, 0.4, 1.2),
    _job("FL01", "평면도 검사", "광학평면계", 3, 5, 2.2, 0.4, 0.0, 1.4, forgettable=True),
    _job("HT01", "열처리(외주)", "외주", 1, 20, 6.0, 0.9, 0.0, 1.5, ALWAYS),
    _job("HT02", "응력제거 열처리", "열처리로", 2, 40, 8.0, 1.0, 0.0, 1.6),
    _job("HT03", "시효경화(외주)", "외주", 1, 20, 7.0, 0.7, 0.0, 1.4, ALWAYS),
    _job("PL01", "크롬도금(외주)", "외주", 1, 15, 9.0, 0.9, 0.0, 1.3, ALWAYS),
    _job("PL02", "무전해니켈도금(외주)", "외주", 1, 15, 8.0, 0.9, 0.0, 1.2, ALWAYS),
    _job("PL04", "TC 코팅 HVOF(외주)", "외주", 1, 30, 25.0, 1.1, 0.0, 0.9, ALWAYS),
    _job("PL05", "스텔라이트 육성용접", "육성용접기", 2, 45, 30.0, 1.1, 0.2, 0.7, 260.0),
    _job("PL06", "DLC 코팅(외주)", "외주", 1, 20, 12.0, 0.9, 0.0, 1.1, ALWAYS),
    _job("PL08", "부동태처리", "PASSIVATION", 1, 15, 3.0, 0.5, 0.0, 1.2),
    _job("SB01", "쇼트블라스트", "SHOT BLAST", 2, 8, 3.0, 0.8, 0.0, 1.2),
    _job("PT01", "도장(외주)", "외주", 1, 20, 15.0, 0.8, 0.0, 1.3, ALWAYS),
    _job("WD01", "TIG 용접", "TIG", 5, 20, 14.0, 0.9, 0.5, 0.8),
    _job("WD02", "벨로우즈 용접", "MICRO PLASMA", 4, 45, 48.0, 0.9, 0.5, 0.75),
    _job("WD04", "EB 용접(외주)", "외주", 1, 40, 16.0, 0.6, 0.3, 1.1, ALWAYS),
    _job("WD05", "배관용접", "ORBITAL", 2, 30, 32.0, 0.7, 0.4, 0.7),
    _job("SF01", "수축끼움", "유도가열기", 2, 15, 6.0, 0.6, 0.2, 1.1),
    _job("PS01", "프레스", "PRESS 80T", 3, 45, 0.9, 0.5, 0.3, 1.5),
    _job("PS02", "벨로우즈 성형", "HYDROFORM", 2, 60, 12.0, 0.7, 0.5, 0.9),
    _job("SP01", "스프링 권선", "COILER", 2, 40, 1.2, 0.7, 0.6, 1.3),
    _job("SP02", "스프링 단면연마", "SPRING GRINDER", 1, 20, 1.0, 0.4, 0.6, 1.2),
    _job("RB01", "고무성형", "VULCANIZER", 4, 30, 1.6, 0.6, 0.5, 1.4),
    _job("RB02", "사상", "사상실", 3, 3, 0.7, 0.5, 0.2, 1.3, forgettable=True),
    _job("RB03", "이음접착", "접합기", 1, 10, 6.0, 0.3, 0.3, 0.9),
    _job("RB04", "2차 가황", "OVEN", 2, 15, 0.9, 0.4, 0.2, 1.6),
    _job("GK01", "가스켓 재단", "CUTTING PLOTTER", 2, 10, 2.4, 0.7, 0.3, 1.2),
    _job("GK02", "가스켓 권취", "WINDING", 2, 25, 5.0, 0.8, 0.2, 1.0),
    _job("RL01", "롤벤딩", "ROLL BENDER", 1, 40, 22.0, 0.7, 0.4, 0.9, ALWAYS),
    _job("DB01", "디버링", "디버링대", 5, 3, 2.5, 0.6, 0.3, 1.5, forgettable=True),
    _job("IN01", "중간검사", "검사대", 4, 5, 3.0, 0.4, 0.0, 1.2, forgettable=True),
    _job("IN02", "최종검사", "최종검사실", 4, 8, 4.0, 0.4, 0.0, 1.1),
    _job("IN03", "3차원 측정", "CMM", 2, 25, 12.0, 0.5, 0.0, 0.9),
    _job("IN04", "비파괴검사(PT)", "PT실", 1, 10, 8.0, 0.6, 0.0, 1.0),
    _job("IN05", "방사선검사(RT, 외주)", "외주", 1, 30, 20.0, 0.5, 0.0, 1.2, ALWAYS),
    _job("IN07", "PMI 성분검사", "XRF", 1, 5, 2.5, 0.1, 0.0, 1.3),
    _job("IN08", "입회검사", "시험장", 1, 60, 15.0, 0.1, 0.0, 0.6),
    _job("TS01", "수압시험", "수압시험기", 3, 20, 14.0, 0.6, 0.0, 0.8),
    _job("TS02", "기밀시험", "N2 TESTER", 4, 15, 11.0, 0.5, 0.0, 0.8),
    _job("TS03", "회전시험", "DYNAMIC RIG", 2, 90, 55.0, 0.5, 0.0, 0.6),
    _job("TS04", "He 누설시험", "HE LEAK", 1, 25, 13.0, 0.4, 0.0, 0.9),
    _job("TS05", "하중시험", "LOAD TESTER", 2, 8, 0.8, 0.2, 0.0, 1.3),
    _job("TS06", "경도시험", "HRC TESTER", 2, 5, 1.5, 0.1, 0.0, 1.2, forgettable=True),
    _job("BL01", "밸런싱", "BALANCER", 1, 20, 9.0, 0.7, 0.0, 0.9),
    _job("AS01", "부분조립", "조립라인 A", 3, 10, 12.0, 0.5, 0.0, 0.85),
    _job("AS02", "씰 조립", "조립라인 B", 5, 15, 26.0, 0.6, 0.0, 0.8),
    _job("AS03", "카트리지 조립", "조립라인 C", 3, 25, 48.0, 0.6, 0.0, 0.75),
    _job("AS04", "클린룸 조립", "클린룸", 2, 40, 85.0, 0.6, 0.0, 0.7),
    _job("KT01", "키트 피킹", "키트창고", 3, 5, 4.0, 0.1, 0.0, 1.3),
    _job("KT02", "키트 구성확인", "키트창고", 2, 3, 3.0, 0.1, 0.0, 1.2, forgettable=True),
    _job("CL01", "세척", "세척기", 4, 5, 1.8, 0.5, 0.0, 1.4, forgettable=True),
    _job("CL02", "초음파세척", "초음파세척기", 3, 8, 2.5, 0.5, 0.0, 1.2),
    _job("CL03", "탈지(OXYGEN CLEAN)", "클린부스", 1, 20, 8.0, 0.5, 0.0, 0.9),
    _job("MK01", "레이저 마킹", "LASER MARKER", 3, 5, 1.2, 0.1, 0.0, 1.3, forgettable=True),
    _job("MK02", "타각", "타각기", 3, 3, 2.0, 0.1, 0.2, 1.2, forgettable=True),
    _job("PK01", "포장", "포장대", 4, 3, 2.0, 0.5, 0.0, 1.3),
    _job("PK02", "진공포장", "진공포장기", 2, 5, 3.0, 0.3, 0.0, 1.2),
    _job("PK03", "목상자포장(외주)", "외주", 1, 10, 25.0, 0.5, 0.0, 1.1, ALWAYS),
    _job("DC01", "성적서 작성", "품질보증", 1, 20, 6.0, 0.0, 0.0, 0.8),
)

CODES: dict[str, int] = {job.code: number for number, job in enumerate(JOBS)}

SUBSTITUTES: dict[str, str] = {
    "LT01": "LT05", "SW02": "SW03", "MC01": "DR01", "MC02": "MC03", "GD01": "LT06",
    "AS02": "AS01", "RB01": "PS01", "KT01": "AS01", "LP01": "GD02", "SL01": "WE01",
    "WD02": "WD04", "LT07": "LT02", "PK02": "PK01", "CL01": "CL02",
}
"""The other way that is as good, for items which have an alternative routing."""
