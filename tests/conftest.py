"""What all tests share: in CI, property tests try the same examples every time.

People's runs go on looking for new ones; a run of CI that fails can be repeated to the letter.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")
