"""Opening a source's site: which there is, and what is wrong with an address or a secret."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from app.cms.opening import SITE_OPTIONS, open_site
from app.domain.source import CMS
from app.errors import BadInput
from tests.cms.sites.opened_sites import NOW, make_source


@pytest.mark.parametrize("cms", ["standard", "contentful", "sanity", "drupal", "hmac", "token"])
def test_a_cms_that_takes_no_tags_back_has_no_site(cms: CMS) -> None:
    assert open_site(make_source(cms, "https://example.org"), [], now=lambda: NOW, folder=Path("/nowhere")) is None


@pytest.mark.parametrize("cms", sorted(SITE_OPTIONS))
def test_a_source_without_an_address_has_no_site(cms: CMS) -> None:
    assert open_site(make_source(cms, None), [], now=lambda: NOW, folder=Path("/nowhere")) is None


@pytest.mark.parametrize(
    ("cms", "site"),
    [
        pytest.param("strapi", "example.org", id="no-scheme"),
        pytest.param("strapi", "file:///etc/passwd", id="a-file"),
        pytest.param("strapi", "https://me:hunter2@example.org", id="a-password"),
        pytest.param("strapi", "https://example.org/?x=1", id="a-query"),
        pytest.param("strapi", "https://example.org/\n", id="a-line-end"),
        pytest.param("github", "ext::sh -c id", id="a-command"),
        pytest.param("github", "--upload-pack=id", id="an-option"),
        pytest.param("github", "ssh://-oProxyCommand=id/x", id="an-option-for-ssh"),
        pytest.param("github", "-x@host:path", id="an-option-as-a-user"),
        pytest.param("github", "https://me:hunter2@example.org/x.git", id="a-password-for-git"),
        pytest.param("github", "http://example.org/x.git", id="in-the-clear"),
        pytest.param("github", "relative/path", id="a-relative-path"),
    ],
)
def test_an_address_that_cannot_be_is_refused_without_its_secret(cms: CMS, site: str) -> None:
    with pytest.raises(BadInput, match="The site of the source 'blog'") as refused:
        open_site(make_source(cms, site), [], now=lambda: NOW, folder=Path("/nowhere"))
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "site",
    [
        "https://example.org/x.git",
        "ssh://git@example.org/x.git",
        "git@example.org:me/x.git",
        "file:///srv/x.git",
        "/srv/x.git",
    ],
)
def test_a_repository_may_be_named_in_any_of_gits_forms(site: str) -> None:
    assert open_site(make_source("github", site), [], now=lambda: NOW, folder=Path("/nowhere")) is not None


@pytest.mark.parametrize("secret", ["two\nlines", "kéy", " ", "a\0b"])
def test_a_secret_that_no_header_can_hold_is_refused_without_showing_it(secret: str) -> None:
    source = make_source("strapi", "https://example.org")
    with pytest.raises(BadInput, match="what no token does") as refused:
        open_site(source, [SecretStr(secret)], now=lambda: NOW, folder=Path("/nowhere"))
    assert secret.strip() == "" or secret not in str(refused.value)


def test_an_application_password_needs_its_user() -> None:
    source = make_source("wordpress", "https://example.org")
    with pytest.raises(BadInput, match="option `user`"):
        open_site(source, [SecretStr("abcd")], now=lambda: NOW, folder=Path("/nowhere"))


def test_every_option_says_what_it_means() -> None:
    assert all(meaning for options in SITE_OPTIONS.values() for meaning in options.values())
