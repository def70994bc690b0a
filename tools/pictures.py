"""Makes the pictures of the documentation from the demo, as the browser test plays it.

    python -m tools.pictures

The test takes the single pictures on its way (ASCOLTO_PICTURES); here they are put side by side.
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tools.files import ROOT

PICTURES = ROOT / "docs" / "pictures"
DOORS = {"chat": 460, "web": 460, "console": 640}  # widths in pixels, as the test takes them
GAP, HEIGHT = 20, 900
STYLE = f"""
body {{ margin: 0; padding: {GAP}px; display: flex; gap: {GAP}px; background: #e6ecf2; width: max-content }}
img {{ display: block; height: {HEIGHT}px; border-radius: 12px; box-shadow: 0 2px 12px #0003 }}
"""


def main() -> int:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"ASCOLTO_PICTURES": folder}
        subprocess.run([sys.executable, "-m", "pytest", "-q", "tests/demo"], cwd=ROOT, env=environment, check=True)
        for name in DOORS:
            shutil.copy(Path(folder) / f"{name}.png", PICTURES)
    _side_by_side(PICTURES / "three-doors.png")
    return 0


def _side_by_side(target: Path) -> None:
    pictures = "".join(f'<img src="{_inside(PICTURES / f"{name}.png")}">' for name in DOORS)
    width = sum(DOORS.values()) + GAP * (len(DOORS) + 1)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": HEIGHT + 2 * GAP})
        page.set_content(f"<!doctype html><style>{STYLE}</style>{pictures}")
        page.screenshot(path=target)
        browser.close()


def _inside(picture: Path) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode('ascii')}"


if __name__ == "__main__":
    sys.exit(main())
