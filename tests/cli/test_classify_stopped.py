"""`scopenote classify` stopped by Ctrl-C in the middle of a run: what was told is whole, what was paid is counted."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from app.domain.attempt import Attempt
from tests.servers.faulty_server import start_faulty_server

ROOT = Path(__file__).parents[2]
PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from app.__main__ import main
main()
"""
"""The command, heeding Ctrl-C also where whoever runs the tests has it ignored: in the background, for one."""
ARTICLE = "The board holds the decision rights over investments. Article number {} says who may decide what."


def _read_ledger(folder: Path) -> dict[str, Attempt]:
    """Every attempt as it stands in the store."""
    (path,) = folder.rglob("store.db")
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT document FROM attempt").fetchall()
    attempts = [Attempt.model_validate_json(document) for (document,) in rows]
    return {attempt.id: attempt for attempt in attempts}


def test_ctrl_c_leaves_no_half_state(tmp_path: Path) -> None:
    (tmp_path / "definitions").mkdir()
    (tmp_path / "definitions" / "governance.md").write_text("---\ntitle: Governance\n---\n")
    for number in range(20):
        (tmp_path / f"{number:02}.txt").write_text(ARTICLE.format(number))
    with start_faulty_server("--latency", "0.4") as server:
        environment = {
            "OPENAI_BASE_URL": server.base_url,
            "OPENAI_API_KEY": "k",
            "SCOPENOTE_JUDGE": "llm",
            "SCOPENOTE_MAX_IN_FLIGHT": "2",
            "SCOPENOTE_SECOND_OPINION": "off",
            "SCOPENOTE_CATEGORIES": str(tmp_path / "definitions"),
            "XDG_DATA_HOME": str(tmp_path / "data"),
        }
        command = [sys.executable, "-c", PROGRAM, "classify", str(tmp_path), "--json"]
        run = subprocess.Popen(  # noqa: S603 - ours
            command,
            cwd=ROOT,
            bufsize=0,  # what is read ahead of the first line would be lost to `communicate`
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **environment},  # noqa: TID251 - passed on
        )
        assert run.stdout is not None
        told = run.stdout.readline()
        time.sleep(0.1)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=20)
        came = {entry.request_id for entry in server.read_log()}
    bodies = [json.loads(line) for line in (told + out).splitlines()]
    attempts = _read_ledger(tmp_path / "data")
    assert run.returncode == 1
    assert f"{20 - len(bodies)} of 20 articles not classified" in err.decode()
    assert "Traceback" not in err.decode()
    assert 0 < len(bodies) < 20
    assert came <= attempts.keys()
    assert {attempt.status for attempt in attempts.values()} == {"answered", "unknown"}
    assert all(attempt.tokens.input for attempt in attempts.values())
