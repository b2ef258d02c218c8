"""A picture of what the product costs at each size, from the JSON files of several benchmarks.

    make bench ARGS="--items 20000 --json 20000.json"      # and other sizes
    python benchmarks/cost_against_size.py 20000.json 80000.json 324919.json --out docs/cost.svg

Drawn by plotly.js in the Chromium that the browser tests use (``pip install playwright plotly``).
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

PANELS = (
    ("training, minutes", {"train_seconds": ("learning and writing", 1 / 60)}),
    ("most memory, GB", {"train_peak_memory_mb": ("of the whole run, plant included", 1 / 1000)}),
    ("one prediction, ms", {"latency_p50_ms": ("median", 1.0), "latency_p95_ms": ("p95", 1.0)}),
    ("many at once, items a second", {"items_per_second": ("without reasons", 1.0)}),
)
"""Title of each panel, and its lines: figure of a benchmark, name, factor."""
COLOURS = ("#2563a8", "#c2571a")
WIDTH, HEIGHT = 1100, 320
SPARE = 1.25
"""Room above the highest point."""
TO_SVG = """
async (figure) => {
  const box = document.createElement("div");
  document.body.append(box);
  await Plotly.newPlot(box, figure.data, figure.layout, {staticPlot: true});
  const {width, height} = figure.layout;
  return Plotly.toImage(box, {format: "svg", width, height});
}
"""


def main() -> None:
    """Read the figures and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("figures", type=Path, nargs="+", help="JSON files of benchmarks")
    parser.add_argument("--out", type=Path, required=True, help="the SVG file")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    measured = [json.loads(path.read_text(encoding="utf-8")) for path in options.figures]
    measured.sort(key=lambda each: each["plant"]["items"])
    options.out.write_text(drawn(figure(measured), options.chromium), encoding="utf-8")


def figure(measured: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the panels as plotly.js takes them."""
    sizes = [each["plant"]["items"] for each in measured]
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "width": WIDTH,
        "height": HEIGHT,
        "grid": {"rows": 1, "columns": len(PANELS), "pattern": "independent"},
        "margin": {"l": 45, "r": 15, "t": 45, "b": 45},
        "showlegend": False,
        "font": {"family": "sans-serif", "size": 12},
        "annotations": [],
    }
    for number, (title, lines) in enumerate(PANELS, start=1):
        highest = 0.0
        for colour, (name, (told, factor)) in zip(COLOURS, lines.items(), strict=False):
            values = [factor * each["figures"][name] for each in measured]
            highest = max(highest, *values)
            data.append(
                {
                    "x": sizes, "y": values, "xaxis": f"x{number}", "yaxis": f"y{number}",
                    "mode": "lines+markers+text", "text": [written(value) for value in values],
                    "textposition": "top center", "line": {"color": colour}, "name": told,
                }
            )  # fmt: skip
        layout[f"xaxis{number}"] = {
            "type": "log", "tickvals": sizes, "ticktext": [f"{size:,}" for size in sizes],
            "range": [4.0, 5.9], "title": {"text": "items"},
        }  # fmt: skip
        layout[f"yaxis{number}"] = {"range": [0, SPARE * highest]}
        legend = " and ".join(told for told, _ in lines.values())
        layout["annotations"].append(
            {
                "text": f"<b>{title}</b><br>{legend}", "showarrow": False, "y": 1.17, "x": 0.5,
                "xref": f"x{number} domain", "yref": "paper", "yanchor": "top",
            }
        )  # fmt: skip
    return {"data": data, "layout": layout}


def written(value: float) -> str:
    """Return a figure with three digits that count, or all before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def drawn(figure: dict[str, Any], chromium: str) -> str:
    """Return a figure as SVG."""
    from routingml_site.packages import folder_of

    script = folder_of("plotly", "package_data") / "plotly.min.js"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.add_script_tag(path=script)
        address = page.evaluate(TO_SVG, figure)
        browser.close()
    return unquote(address.partition(",")[2])


if __name__ == "__main__":
    main()
