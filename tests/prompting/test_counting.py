"""Token counts: as the encoding has them where its ranks are there, an honest estimate else."""

import gzip
import importlib.util
from pathlib import Path

import pytest
import tiktoken

from app.prompting import ranks
from app.prompting.counting import Counter, load_counter
from app.prompting.estimating import estimate

PACKAGE = importlib.util.find_spec("bpe_openai")
DATA = Path(next(iter(PACKAGE.submodule_search_locations or ()))) / "data" if PACKAGE else Path("absent")
FILES = {
    "o200k_base": "fb374d419588a4632f3f557e76b4b70aebbca790",
    "cl100k_base": "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
}
with_ranks = pytest.mark.skipif(PACKAGE is None, reason="the package with the rank files is not installed")
TEXTS = (
    "Teams own a stream, and nobody else's.",
    "Ünïcode ß 漢字 हिन्दी 🙂👩‍🚀 I'LL don't\r\n\t  x  \n\n/ 1234567",
    "<|endoftext|> and <|im_start|> are text.",
    "(path/to/file)=\"x\" + 'y' == ''; // done\n\n\n",
)


@pytest.fixture(scope="module")
def o200k() -> Counter:
    return load_counter("gpt-4o")


@pytest.fixture
def no_ranks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without the package and with an empty folder for temporary files."""
    monkeypatch.setattr(ranks, "_PACKAGE", "package_that_is_not_there")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The encodings that were asked for, each of which has single bytes as its tokens."""
    asked: list[str] = []
    letters = {bytes([n]): n for n in range(256)}

    def find_encoding(wanted: str, _: object) -> tiktoken.Encoding:
        asked.append(wanted)
        return tiktoken.Encoding(wanted, pat_str=r"\S+|\s+", mergeable_ranks=letters, special_tokens={})

    monkeypatch.setattr("app.prompting.counting.find_encoding", find_encoding)
    return asked


@with_ranks
@pytest.mark.parametrize(("name", "model"), [("o200k_base", "gpt-4o"), ("cl100k_base", "gpt-4")])
def test_counts_are_tiktokens_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, model: str) -> None:
    (tmp_path / FILES[name]).write_bytes(gzip.decompress((DATA / f"{name}.tiktoken.gz").read_bytes()))
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    theirs = tiktoken.get_encoding(name)
    ours = load_counter(model)
    assert ours.name == name
    assert [ours.count(text) for text in TEXTS] == [len(theirs.encode(text, disallowed_special=())) for text in TEXTS]


@pytest.mark.parametrize(
    ("model", "name", "exact"),
    [
        ("gpt-4o-mini", "o200k_base", True),
        ("openai/gpt-4.1-mini-2025-04-14", "o200k_base", True),
        ("gpt-5-nano", "o200k_base", True),
        ("ft:gpt-4o-mini:acme", "o200k_base", True),
        ("gpt-oss-20b", "o200k_base", True),
        ("o4-mini", "o200k_base", True),
        ("gpt-4-turbo", "cl100k_base", True),
        ("gpt-35-turbo", "cl100k_base", True),
        ("gpt-6-luna", "o200k_base", False),
        ("llama3.1:8b", "o200k_base", False),
        ("our-deployment", "o200k_base", False),
    ],
)
def test_a_model_is_counted_by_its_encoding(asked: list[str], model: str, name: str, exact: bool) -> None:
    assert load_counter(model).exact is exact
    assert asked == [name]


@pytest.mark.parametrize(
    ("encoding", "name", "exact"),
    [("cl100k_base", "cl100k_base", True), ("o200k_harmony", "o200k_base", True), ("klingon", "o200k_base", False)],
)
def test_a_setting_says_which_encoding_a_deployment_uses(
    asked: list[str], encoding: str, name: str, exact: bool
) -> None:
    assert load_counter("our-deployment", encoding=encoding).exact is exact
    assert asked == [name]


@with_ranks
def test_a_rank_file_is_found_in_a_given_folder(no_ranks: Path) -> None:
    folder = no_ranks / "given"
    folder.mkdir()
    (folder / "cl100k_base.tiktoken.gz").write_bytes((DATA / "cl100k_base.tiktoken.gz").read_bytes())
    assert load_counter("gpt-4", folders=(no_ranks / "absent", folder)).exact
    assert load_counter("gpt-4o", folders=(folder,)).name == "estimate"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"aGk= 0\n", id="other ranks"),
        pytest.param(gzip.compress(b"x" * 1000)[:50], id="cut off"),
    ],
)
def test_a_rank_file_that_is_not_whole_is_not_used(no_ranks: Path, content: bytes) -> None:
    (no_ranks / FILES["o200k_base"]).write_bytes(content)
    (no_ranks / "o200k_base.tiktoken.gz").write_bytes(content)
    counter = load_counter("gpt-4o", folders=(no_ranks,))
    assert (counter.name, counter.exact) == ("estimate", False)


def test_without_ranks_a_count_is_an_estimate(no_ranks: Path) -> None:
    counter = load_counter("gpt-4o")
    assert (counter.name, counter.exact) == ("estimate", False)
    assert counter.count("Teams own a stream.") == estimate("Teams own a stream.")


@with_ranks
@pytest.mark.parametrize(
    ("text", "at_most"),
    [
        pytest.param(
            (Path(__file__).parents[2] / "bench" / "prompt_data" / "article.txt").read_text(), 1.25, id="English"
        ),
        pytest.param("Die Behörde überprüft ihre Entscheidungen, wenn jemand dagegen klagt. " * 9, 2.0, id="German"),
        pytest.param("团队需要明确的边界和责任。" * 9, 2.0, id="Chinese"),
        pytest.param('{"a": [1, 2, {"b": "c"}], "d": null}' * 9, 1.6, id="JSON"),
    ],
)
def test_an_estimate_is_rather_too_high(o200k: Counter, text: str, at_most: float) -> None:
    tokens = o200k.count(text)
    assert tokens <= estimate(text) <= at_most * tokens


def test_a_long_text_is_counted_once() -> None:
    counted: list[str] = []

    def count(text: str) -> int:
        counted.append(text)
        return len(text)

    counter = Counter("letters", count, exact=True)
    assert [counter.count("a" * 5000), counter.count("a" * 5000), counter.count("b" * 5000)] == [5000] * 3
    assert len(counted) == 2


@pytest.mark.parametrize("text", ["\ud800", "", "\0", "\ud800" * 2000])
def test_any_text_can_be_counted(o200k: Counter, text: str) -> None:
    assert o200k.count(text) >= 0
    assert estimate(text) >= 0
