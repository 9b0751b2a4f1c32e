"""A running application over a small taxonomy, asked over ASGI."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.bootstrap.services import Services, build_services
from app.server import create_app
from app.settings import Settings

GOVERNANCE = """---
title: Governance
description: How decisions are made and overseen.
Instructions: |-
  For articles on governance: who may decide in an organisation, and who watches over it.

  **Scope and Intent:**
  Content about how organisations make decisions, who holds decision rights, and how oversight works.

  **Key Topics:**
  - Decision rights and escalation paths
  - Boards, councils and other decision-making bodies
  - Oversight and accountability

  **Strictly exclude:**
  - Discussions of meeting etiquette without reference to decision rights.
---
"""
BAKING = """---
title: Baking
description: Bread, pastry and ovens.
---
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two definitions."""
    (tmp_path / "governance.md").write_text(GOVERNANCE)
    (tmp_path / "baking.md").write_text(BAKING)
    return tmp_path


@pytest.fixture
def services(folder: Path) -> Services:
    """The services over that folder."""
    return build_services(Settings(categories=folder, judge="local", max_words=2000, max_body_bytes=100_000))


@pytest.fixture
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, as a program on the same machine."""
    transport = httpx.ASGITransport(app=create_app(services))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client
