"""The OpenAPI document held against the service: requests made up from it meet no 5xx and no status that it lacks."""

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Err
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.served import Served, serve

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 15
"""Requests of each kind for each operation."""
NO_LIMITS = {
    "SCOPENOTE_MAX_BODY_BYTES": "200000",
    "SCOPENOTE_KEY_PER_MINUTE": "1000000",
    "SCOPENOTE_ADDRESS_PER_MINUTE": "1000000",
}
Operation = schemathesis.APIOperation[Any, Any, Any, Any]
Known = dict[str, str]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service that refuses nobody for asking often."""
    with serve(tmp_path_factory.mktemp("fuzzed"), NO_LIMITS) as served:
        yield served


@pytest.fixture(scope="module")
def document(service: Served) -> schemathesis.BaseSchema:
    """The document as the service gives it."""
    return schemathesis.openapi.from_url(f"{service.url}/openapi.json")


@pytest.fixture(scope="module")
def known(service: Served) -> Known:
    """What can be asked about, by the name of the parameter: a made-up id never meets anything."""
    with httpx.Client(base_url=service.url, timeout=30) as client:
        article = {"id": "bread", "title": "Bread", "text": "Bread needs an oven. Pastry needs a cool hand."}
        decision = client.post("/classify", json=article).json()
        job = client.post("/jobs", json={"articles": [article]}).json()
        until_s = time.monotonic() + 30
        while client.get(f"/jobs/{job['id']}").json()["state"] != "done" and time.monotonic() < until_s:
            time.sleep(0.1)
    return {
        "classification_id": decision["id"],
        "article_id": "bread",
        "category_id": "baking",
        "job_id": job["id"],
    }


def _ask_again_and_again(operation: Operation, mode: GenerationMode, known: Known) -> None:
    """Ask one operation, as its description says or against it."""

    @seed(5)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case[Any]) -> None:
        for name in known.keys() & (case.path_parameters or {}).keys():
            case.path_parameters[name] = known[name]
        case.call_and_validate(checks=CHECKS, timeout=30)

    ask()


def _find_faults(document: schemathesis.BaseSchema, mode: GenerationMode, known: Known) -> dict[str, str]:
    faults = {}
    for found in document.get_all_operations():
        assert not isinstance(found, Err), found
        operation = found.ok()
        # There is nothing to say against an operation that takes nothing.
        try:
            with suppress(Unsatisfiable):
                _ask_again_and_again(operation, mode, known)
        except (Failure, FailureGroup) as failed:
            faults[operation.label] = str(failed)
    return faults


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as told", "against it"])
@pytest.mark.parametrize("about", ["made up", "known"])
def test_every_answer_is_one_that_the_document_names(
    document: schemathesis.BaseSchema, known: Known, mode: GenerationMode, about: str
) -> None:
    assert _find_faults(document, mode, known if about == "known" else {}) == {}
