import pytest

from app.cms.adapters.payload import Place
from app.cms.adapters.texts import build_address
from app.cms.kinds import ADAPTERS, check_options
from app.domain.source import CMS
from app.errors import BadInput, BadPayload
from tests.cms.captured import make_source

GENERAL = {"actor": "who writes our tags"}


@pytest.mark.parametrize("cms", ADAPTERS)
def test_an_option_that_there_is_not_is_refused_with_those_that_there_are(cms: CMS) -> None:
    with pytest.raises(BadInput) as caught:
        check_options(make_source(cms, colour="red"), GENERAL)
    assert "has no option 'colour'" in str(caught.value)
    assert all(f"{name}: " in str(caught.value) for name in [*ADAPTERS[cms].options, "actor"])


@pytest.mark.parametrize(
    ("cms", "options", "words"),
    [
        pytest.param("ghost", {"tolerance": "soon"}, "whole number of seconds", id="tolerance"),
        pytest.param("ghost", {"tolerance": "0"}, "whole number of seconds", id="no tolerance"),
        pytest.param("ghost", {"tolerance": "99999"}, "whole number of seconds", id="a tolerance beyond a day"),
        pytest.param("ghost", {"tolerance": "٣"}, "whole number of seconds", id="a digit of another script"),
        pytest.param("token", {"header": "X Token"}, "name of a header", id="header"),
        pytest.param("token", {"header": "X-Token\r\n"}, "name of a header", id="header with a line end"),
        pytest.param("hmac", {"encoding": "base32"}, "hex, base64, base64url", id="encoding"),
        pytest.param("hmac", {"timestamp_unit": "min"}, "s, ms", id="unit"),
        pytest.param("hmac", {"signed": "{timestamp}"}, "{body}", id="a body that is not signed"),
        pytest.param("hmac", {"signed": "{body}{secret}"}, "{body}", id="a part that there is not"),
        pytest.param("hmac", {"signed": "{timestamp}.{body}"}, "timestamp_header", id="a time without its header"),
        pytest.param("hmac", {"signed": "{id}.{body}"}, "id_header", id="an id without its header"),
        pytest.param("strapi", {"format": "docx"}, "html, markdown, text", id="format"),
        pytest.param("wp-webhooks", {"signature": "none"}, "body, token", id="signature"),
        pytest.param("ghost", {"event": "post.publish"}, "post.published, post.published.edited", id="event"),
        pytest.param("wp-webhooks", {"event": "post.published"}, "post_create, post_update", id="trigger"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_its_option(cms: CMS, options: dict[str, str], words: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_options(make_source(cms, None, None, **options), GENERAL)
    assert words in str(caught.value)
    assert "'blog'" in str(caught.value)


@pytest.mark.parametrize(
    ("cms", "options"),
    [
        ("ghost", {"tolerance": "60", "actor": "us", "visibility": "public"}),
        ("hmac", {"signed": "{timestamp}.{body}", "timestamp_header": "X-Time", "timestamp_unit": "ms"}),
        ("contentful", {"path": "/hooks/blog?x=1", "url": "https://example.org/{slug}"}),
        ("standard", {}),
    ],
    ids=["ghost", "hmac", "contentful", "none"],
)
def test_options_that_can_be_used_pass(cms: CMS, options: dict[str, str]) -> None:
    check_options(make_source(cms, None, None, **options), GENERAL)


def test_an_address_of_a_template_cannot_be_broken_out_of() -> None:
    source = make_source("strapi", url="https://example.org/{slug}")
    fields = Place({"slug": 'x" onclick="y\r\n?q#<'}, "entry")
    assert build_address(source, fields, {}) == "https://example.org/x%22%20onclick%3D%22y%0D%0A%3Fq%23%3C"


def test_a_template_that_gives_no_address_is_refused() -> None:
    with pytest.raises(BadPayload, match="by option url"):
        build_address(make_source("strapi", url="{slug}"), Place({"slug": "javascript:x"}, "entry"), {})
