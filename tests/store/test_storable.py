"""Which characters a database takes, and that an article in normal form has no others."""

from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.domain.value import Value
from app.errors import BadInput
from app.parsing.reading import read_article
from app.parsing.submission import Submission
from app.store.documents import write_document
from app.store.storable import make_storable

ANY = st.text(st.characters(codec=None), max_size=40)


@given(text=ANY, title=ANY, form=st.sampled_from(["text", "html", "markdown"]))
@example(text="a\0b\ud800c", title="\0\udfff", form="text")
@example(text="<p>a&#0;b&#xd800;c", title="", form="html")
def test_an_article_in_normal_form_is_taken_as_it_is(text: str, title: str, form: str) -> None:
    try:
        article = read_article(Submission.model_validate({form: f"Leeds won. {text}", "title": title}))
    except (BadInput, ValidationError):
        return
    for part in (article.text, article.title, *article.warnings):
        assert make_storable(part) == part


@given(text=ANY)
def test_what_is_replaced_can_be_stored_and_has_the_same_length(text: str) -> None:
    stored = make_storable(text)
    assert len(stored) == len(text)
    assert "\0" not in stored.encode().decode()


class _Note(Value):
    words: tuple[str, ...]


@given(words=st.lists(ANY).map(tuple))
def test_any_value_can_be_written(words: tuple[str, ...]) -> None:
    read = _Note.model_validate_json(write_document(_Note(words=words)))
    assert [len(word) for word in read.words] == [len(word) for word in words]
