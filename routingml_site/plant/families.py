"""The plant's product families and the part types that stand for them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """A product family.

    ``process`` names the way it is made (``rules``), ``pool`` the materials it may be of, ``size``
    the median outside diameter in millimetres, ``stretch`` its thickness over its diameter.
    """

    part: str
    name: str
    words: tuple[str, ...]
    share: float
    process: str
    pool: str
    size: float
    stretch: float
    group: tuple[str, str]
    account: str


ASSEMBLY = ("A1", "SEAL ASSY")
FACE = ("F1", "SEAL FACE")
METAL = ("M1", "METAL PART")
METAL2 = ("M2", "메탈 부품")
SOFT = ("R1", "고무/패킹")
VESSEL = ("V1", "SYSTEM")
SMALL = ("S1", "소물류")


def _family(
    part: str, words: str, share: float, process: str, pool: str, size: float, stretch: float,
    group: tuple[str, str], account: str = "20",
) -> Family:
    names = tuple(words.split("|"))
    return Family(part, names[0], names, share, process, pool, size, stretch, group, account)


FAMILIES: tuple[Family, ...] = (
    _family("KBM", "SEAL BOM|씰 BOM|Mech. Seal Assy|메카니칼씰", 16.0, "bom", "face", 90, 1.1, ASSEMBLY, "10"),
    _family("233", "REPAIR KIT|수리키트|Repair kit|SPARE KIT", 12.0, "kit", "rubber", 85, 0.5, ASSEMBLY, "10"),
    _family("182", "GLAND|글랜드|Gland Plate|GLAND FLANGE", 7.5, "ring", "metal", 160, 0.25, METAL),
    _family("11#1", "ROTATING FACE|회전 페이스|Seal Ring|SEAL FACE(R)", 6.8, "face", "face", 75, 0.25, FACE),
    _family("14", "SLEEVE|슬리브|Shaft Sleeve|SLEEVE-SHAFT", 6.0, "sleeve", "metal", 80, 1.3, METAL),
    _family("O-RING#1", "O-RING|오링|O-Ring|O RING", 5.6, "oring", "rubber", 70, 0.06, SOFT, "30"),
    _family("15", "RETAINER|리테이너|Seal Retainer|RETAINER-FACE", 5.0, "ring", "metal", 90, 0.35, METAL),
    _family("1#1", "STATIONARY FACE|고정 페이스|Mating Ring|INSERT", 4.8, "face", "face", 80, 0.2, FACE),
    _family("20", "COLLAR|칼라|Drive Collar|LOCK COLLAR", 3.4, "ring", "metal", 85, 0.3, METAL2),
    _family("17", "SPRING|스프링|Coil Spring|MULTI SPRING", 2.9, "spring", "fine", 22, 1.4, SMALL, "30"),
    _family("GASKET#1", "GASKET|가스켓|Gasket|GASKET-SHEET", 2.8, "gasket", "gasket", 120, 0.02, SOFT, "30"),
    _family("12", "BELLOWS ASSY|벨로우즈|Bellows|METAL BELLOWS", 2.6, "bellows", "fine", 85, 0.5, METAL2),
    _family("16", "DRIVE RING|드라이브링|Drive Ring|RING-DRIVE", 2.4, "ring", "metal", 75, 0.2, METAL),
    _family("30", "SET SCREW|세트스크류|Set screw|SCREW-SET", 1.8, "small", "fine", 10, 1.5, SMALL, "30"),
    _family("31", "PIN|핀|Drive Pin|ANTI-ROTATION PIN", 1.7, "small", "fine", 8, 3.0, SMALL, "30"),
    _family("45", "THROAT BUSHING|스로트 부싱|Bushing|THROTTLE BUSH", 1.6, "sleeve", "metal", 85, 0.5, METAL2),
    _family("70", "RESERVOIR|리저버|Seal Pot|탱크", 1.5, "vessel", "heavy", 220, 3.0, VESSEL, "10"),
    _family("18", "HOLDER|홀더|Face Holder|HOLDER-SEAT", 1.4, "shrink", "metal", 95, 0.35, METAL2),
    _family("11#2", "SHRINK FIT FACE|수축끼움 페이스|Face Assy|FACE ASSY", 1.4, "shrink", "face", 100, 0.3, FACE),
    _family("21", "ADAPTER|어댑터|Adaptor|ADAPTER PLATE", 1.2, "ring", "metal", 190, 0.3, METAL2),
    _family("22", "FLANGE|플랜지|Flange|COVER FLANGE", 1.1, "ring", "heavy", 210, 0.2, METAL),
    _family("40", "SETTING PLATE|세팅플레이트|Setting Plate|ASSY PLATE", 1.1, "plate", "heavy", 45, 0.12, SMALL, "30"),
    _family("41", "BRACKET|브라켓|Bracket|MOUNTING BRACKET", 0.9, "plate", "heavy", 140, 0.06, VESSEL, "30"),
    _family("PACK#1", "PACKING|패킹|V-Packing|PTFE WEDGE", 0.9, "oring", "gasket", 75, 0.1, SOFT, "30"),
    _family("72", "COOLER|쿨러|Heat Exchanger|SEAL COOLER", 0.8, "vessel", "heavy", 170, 3.4, VESSEL, "10"),
    _family("KBA", "CARTRIDGE ASSY|카트리지|Cartridge Seal|CART. SEAL", 0.8, "bom", "face", 110, 1.2, ASSEMBLY, "10"),
    _family("23", "SPACER|스페이서|Spacer Ring|DISTANCE RING", 0.8, "ring", "metal", 70, 0.2, METAL2),
    _family("24", "NUT|너트|Lock Nut|SLEEVE NUT", 0.7, "sleeve", "metal", 75, 0.3, SMALL),
    _family("32", "SNAP RING|스냅링|Snap ring|RETAINING RING", 0.6, "plate", "fine", 60, 0.03, SMALL, "30"),
    _family("13", "BELLOWS CORE|벨로우즈 코어|Bellows Core|CAPSULE", 0.6, "bellows", "fine", 80, 0.35, METAL2),
    _family("50", "PUMPING RING|펌핑링|Pumping Ring|CIRCULATION RING", 0.6, "ring", "metal", 95, 0.3, METAL),
    _family("61", "DRY GAS FACE|드라이가스 페이스|DGS Face|GROOVED FACE", 0.6, "face", "face", 150, 0.15, FACE),
    _family("17#2", "WAVE SPRING|웨이브 스프링|Wave Spring|DISC SPRING", 0.5, "spring", "fine", 70, 0.1, SMALL, "30"),
    _family("75", "PIPING|배관|Flush Piping|TUBE ASSY", 0.5, "vessel", "heavy", 60, 6.0, VESSEL, "10"),
    _family("GASKET#2", "SPIRAL GASKET|와권 가스켓|Spiral Gasket|SWG", 0.5, "gasket", "gasket", 170, 0.02, SOFT, "30"),
    _family("80", "IMPELLER|임펠러|Impeller|AUX IMPELLER", 0.4, "ring", "metal", 180, 0.4, METAL2),
)

UNDIVIDED = ("KBM", "233")
"""The first families have one part type each; the others share the rare ones in turn."""
SPARE_PARTS = 424 - len(FAMILIES)
"""Rare part types beside the main one of each family."""
