"""Owns the tests of the shape in which categories are shown to programs."""

import json
from pathlib import Path

from app.category_files.listing import describe_category
from app.category_files.loading import load_taxonomy

DERIVED = {
    "id", "text", "kind", "also", "parts", "subjects", "condition", "redirect_to", "needs_judgement", "origin",
}  # fmt: skip
EXPLICIT = DERIVED | {"when", "unless", "min_share", "action"}

TEXT = """---
title: Rivers
Instructions: |
  **Exclusions:**
  - Lakes, or content that praises floods, without any river
scopenote:
  exclusions:
    - {id: ponds, text: Ponds, when: {any: [pond]}, unless: {any: [river]}, min_share: 0.1}
---
"""


def test_each_exclusion_is_one_entry_of_the_promised_shape(tmp_path: Path) -> None:
    (tmp_path / "rivers.md").write_text(TEXT)
    described = describe_category(load_taxonomy(tmp_path).categories[0])
    derived, explicit = described["exclusions"]
    assert set(derived) == DERIVED
    assert all(set(part) == DERIVED for part in derived["parts"])
    assert set(explicit) == EXPLICIT
    assert (explicit["when"], explicit["unless"]) == ({"any": ["pond"]}, {"any": ["river"]})
    assert (explicit["min_share"], explicit["action"], explicit["origin"]) == (0.1, "exclude", "explicit")
    assert explicit["condition"] == {"type": "unless", "phrases": ["river"]}
    assert (described["id"], described["title"], described["source"]) == ("rivers", "Rivers", "rivers.md")
    assert json.loads(json.dumps(described)) == described
