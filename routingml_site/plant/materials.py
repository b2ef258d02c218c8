"""The plant's materials: grade, class, how hard each is to machine, and how people spell it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Kind(IntEnum):
    """Classes of material that the shop treats alike."""

    CARBON = 0
    SIC = 1
    TUNGSTEN = 2
    CERAMIC = 3
    STAINLESS = 4
    MARTENSITIC = 5
    DUPLEX = 6
    ALLOY = 7
    TITANIUM = 8
    STEEL = 9
    BRONZE = 10
    RUBBER = 11
    PTFE = 12
    GRAPHITE = 13


@dataclass(frozen=True, slots=True)
class Material:
    """A grade.  ``effort`` multiplies machining time; ``trend`` is its use at the end over the start."""

    code: str
    kind: Kind
    effort: float
    use: float
    trend: float
    spellings: tuple[str, ...]
    descriptions: tuple[str, ...]


def _material(
    code: str, kind: Kind, effort: float, use: float, trend: float, spellings: str, described: str
) -> Material:
    written = (code, *(s.strip() for s in spellings.split("|")))
    return Material(code, kind, effort, use, trend, written, tuple(described.split("|")))


K = Kind
MATERIALS: tuple[Material, ...] = (
    _material("C1", K.CARBON, 0.80, 9, 0.8, "C-1|c1|CARBON C1", "CARBON RESIN|카본(레진)"),
    _material("C2", K.CARBON, 0.90, 7, 1.0, "C-2|c2|CARBON C2", "CARBON ANTIMONY|카본 안티몬"),
    _material("C3", K.CARBON, 0.95, 3, 1.6, "C-3|c3|CARBON C3", "CARBON METAL IMPREG|카본 금속함침"),
    _material("SSIC", K.SIC, 1.80, 7, 1.7, "S-SIC|SiC(S)|SIC S|ssic", "SINTERED SIC|소결 탄화규소"),
    _material("RBSIC", K.SIC, 1.60, 7, 0.7, "RB-SIC|SiC(RB)|rbsic", "REACTION BONDED SIC|반응소결 SIC"),
    _material("TC-NI", K.TUNGSTEN, 2.20, 5, 0.9, "TCNI|WC-Ni|T.C(NI)", "TUNGSTEN CARBIDE NI|초경(Ni)"),
    _material("TC-CO", K.TUNGSTEN, 2.10, 3, 0.6, "TCCO|WC-Co|T.C(CO)", "TUNGSTEN CARBIDE CO|초경(Co)"),
    _material("AL2O3", K.CERAMIC, 1.50, 3, 0.6, "CERAMIC|Al2O3 99.5|세라믹", "ALUMINA CERAMIC|알루미나"),
    _material("SUS316", K.STAINLESS, 1.00, 20, 0.8, "316|SUS 316|sus316|STS316|SUS-316", "STAINLESS STEEL 316|스테인리스 316"),
    _material("SUS316L", K.STAINLESS, 1.02, 12, 1.3, "316L|316 L|sus-316l|STS 316L|SUS 316 L", "STAINLESS STEEL 316L|스테인리스 316L"),
    _material("SUS304", K.STAINLESS, 0.95, 12, 0.9, "304|SUS 304|sus304|STS304|SUS-304", "STAINLESS STEEL 304|스테인리스 304"),
    _material("SUS420J2", K.MARTENSITIC, 1.20, 4, 0.8, "420J2|SUS 420 J2|420", "MARTENSITIC SS 420|마르텐사이트 420"),
    _material("SUS410", K.MARTENSITIC, 1.15, 4, 0.9, "410|SUS 410|sus-410", "MARTENSITIC SS 410|410 스텐"),
    _material("17-4PH", K.MARTENSITIC, 1.30, 3, 1.4, "SUS630|17-4 PH|174PH|630", "PRECIPITATION HARDENING 17-4|석출경화 630"),
    _material("S31803", K.DUPLEX, 1.35, 4, 1.8, "DUPLEX|2205|UNS S31803|SAF2205", "DUPLEX SS 2205|듀플렉스"),
    _material("S32750", K.DUPLEX, 1.50, 3, 2.6, "SUPER DUPLEX|2507|UNS S32750", "SUPER DUPLEX 2507|슈퍼듀플렉스"),
    _material("HASTC276", K.ALLOY, 1.75, 4, 1.2, "HAST-C|HASTELLOY C|Hast C276|C-276", "HASTELLOY C-276|하스텔로이C"),
    _material("INC718", K.ALLOY, 1.90, 3, 1.5, "INCONEL 718|Inco718|N07718", "INCONEL 718|인코넬718"),
    _material("MONEL400", K.ALLOY, 1.45, 2, 0.7, "MONEL|Monel-400|N04400", "MONEL 400|모넬"),
    _material("ALLOY20", K.ALLOY, 1.40, 2, 0.8, "A20|Alloy 20|CARP20", "ALLOY 20|합금20"),
    _material("TI-GR2", K.TITANIUM, 1.60, 2, 1.3, "TITANIUM|Ti Gr.2|TI2", "TITANIUM GR.2|티타늄"),
    _material("S45C", K.STEEL, 0.85, 5, 0.8, "SM45C|s45c|S 45 C", "CARBON STEEL|탄소강"),
    _material("A105", K.STEEL, 0.90, 3, 0.9, "ASTM A105|a105|SF440", "FORGED STEEL|단조강"),
    _material("BC6", K.BRONZE, 0.70, 3, 0.8, "BRONZE|bc6|CAC406", "BRONZE CASTING|청동"),
    _material("FKM", K.RUBBER, 1.00, 9, 1.0, "VITON|fkm|바이톤|V", "FLUOROELASTOMER|불소고무"),
    _material("EPDM", K.RUBBER, 0.95, 5, 1.0, "EP|epdm|E.P.D.M", "ETHYLENE PROPYLENE|이피디엠"),
    _material("NBR", K.RUBBER, 0.90, 5, 0.8, "BUNA|nbr|BUNA-N", "NITRILE|니트릴"),
    _material("FFKM", K.RUBBER, 1.30, 3, 1.9, "KALREZ|ffkm|Kalrez 6375|K", "PERFLUOROELASTOMER|과불소고무"),
    _material("SIL", K.RUBBER, 0.90, 2, 1.0, "SILICON|silicone|VMQ", "SILICONE RUBBER|실리콘"),
    _material("PTFE", K.PTFE, 0.75, 5, 1.0, "TEFLON|ptfe|P.T.F.E", "VIRGIN PTFE|테프론"),
    _material("GFPTFE", K.PTFE, 0.85, 3, 1.2, "G/F PTFE|GLASS PTFE|gfptfe", "GLASS FILLED PTFE|유리섬유 테프론"),
    _material("GRAPH", K.GRAPHITE, 0.80, 4, 1.1, "GRAFOIL|graphite|흑연", "FLEXIBLE GRAPHITE|팽창흑연"),
    _material("SPWND", K.GRAPHITE, 1.10, 3, 1.1, "S/W 316+GR|SPIRAL WOUND|SWG", "SPIRAL WOUND 316/GRAPHITE|와권형"),
)

POOLS: dict[str, tuple[Kind, ...]] = {
    "face": (K.CARBON, K.SIC, K.TUNGSTEN, K.CERAMIC),
    "metal": (K.STAINLESS, K.MARTENSITIC, K.DUPLEX, K.ALLOY, K.TITANIUM, K.STEEL, K.BRONZE),
    "fine": (K.STAINLESS, K.ALLOY, K.TITANIUM, K.MARTENSITIC),
    "rubber": (K.RUBBER, K.PTFE),
    "gasket": (K.PTFE, K.GRAPHITE),
    "heavy": (K.STAINLESS, K.STEEL, K.DUPLEX),
}
"""Which classes a family may be made of."""
