"""The sample plant: a factory of mechanical seals with everything that makes real data hard.

Made from a seed, at any size.  Its rules live here and nowhere else: nothing that learns may import
this package.
"""

from __future__ import annotations

from routingml_site.plant.files import write_plant
from routingml_site.plant.plant import Plant, make_plant

__all__ = ["Plant", "make_plant", "write_plant"]
