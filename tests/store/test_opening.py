"""Opening a store: which database a URL means, and what is made where there is none yet."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from app.errors import BadSetting, StoreUnavailable
from app.store.address import make_file_url, read_address, tell_address
from app.store.opening import open_database
from tests.servers.postgres import place_on


@pytest.mark.parametrize(
    ("url", "words"),
    [
        pytest.param("", "not the URL of a database", id="nothing"),
        pytest.param("store.db", "not the URL of a database", id="only a path"),
        pytest.param("mysql://scope:secret@host/x", "not by 'mysql'", id="another database"),
        pytest.param("postgresql+asyncpg://scope:secret@host/x", "not by 'postgresql.asyncpg'", id="another driver"),
        pytest.param("postgresql://scope:secret@host:port/x", "not the URL of a database", id="a port that is none"),
        pytest.param("sqlite://", "names no file", id="no file"),
        pytest.param("sqlite:///:memory:", "names no file", id="memory"),
        pytest.param("sqlite:///store.db?mode=ro", "neither host nor options", id="options of a file"),
        pytest.param("postgresql://scope:secret@127.0.0.1/x?connect_timeout=soon", "Mend the URL", id="option's value"),
    ],
)
def test_a_url_that_cannot_be_used_is_told_with_its_setting(url: str, words: str) -> None:
    with pytest.raises(BadSetting, match=words) as caught:
        open_database(url)
    assert "SCOPENOTE_DATABASE_URL" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_server_is_reached_by_our_driver_whatever_it_is_called(scheme: str) -> None:
    assert read_address(f"{scheme}://scope:secret@host/x").drivername == "postgresql+psycopg"


def test_an_address_is_told_without_any_of_its_passwords() -> None:
    address = read_address("postgresql://scope:secret@host/x?sslpassword=secret&password=secret")
    assert "secret" not in tell_address(address)
    assert "scope" in tell_address(address)


def test_a_file_and_its_folder_are_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "scopenote" / "store.db"
    open_database(f"sqlite:///{path}", makes_folder=True).close()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_somebody_mistyped_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"there is no folder .*/dta\. Make the folder, or mend the path") as caught:
        open_database(f"sqlite:///{tmp_path}/dta/store.db")
    assert str(caught.value).startswith(f"SCOPENOTE_DATABASE_URL means {tmp_path}/dta/store.db,")
    assert list(tmp_path.iterdir()) == []


def test_that_a_store_is_made_is_said_once(empty_url: str, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        open_database(empty_url).close()
    place = tell_address(read_address(empty_url))
    assert [record.getMessage() for record in caplog.records] == [f"A new, empty store was made at {place}"]


def test_nothing_but_the_store_is_left_in_its_folder(tmp_path: Path) -> None:
    open_database(f"sqlite:///{tmp_path}/store.db").close()
    assert [path.name for path in tmp_path.iterdir()] == ["store.db"]


def test_a_relative_path_goes_from_where_we_stand_when_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    database = open_database("sqlite:///store.db")
    monkeypatch.chdir("/")
    database.write_now(lambda c: c.exec_driver_sql("DELETE FROM lease"))
    database.close()
    assert (tmp_path / "store.db").exists()


@pytest.mark.parametrize("name", ["with space.db", "100%25.db", "a?b#c.db", "a@b:c.db", "ü.db"])
def test_a_file_may_have_any_name(tmp_path: Path, name: str) -> None:
    url = make_file_url(tmp_path / name)
    database = open_database(url)
    assert database.url == url
    database.close()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_system_without_links_does_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    open_database(f"sqlite:///{tmp_path}/store.db").close()
    assert [path.name for path in tmp_path.iterdir()] == ["store.db"]


def test_a_folder_is_not_taken_for_a_file(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="Name a file in it"):
        open_database(f"sqlite:///{tmp_path}")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match="cannot be made"):
        open_database(f"sqlite:///{tmp_path}/file/store.db")


def test_a_database_that_is_not_on_the_server_is_a_setting_to_mend(postgres_url: str) -> None:
    with pytest.raises(BadSetting, match='database "nowhere" does not exist'):
        open_database(place_on(postgres_url, "nowhere"))


def test_a_wrong_password_is_a_setting_to_mend(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        _ask_password_of(connection, "guarded")
        url = postgres_url.replace("postgres:@", "guarded:wrong@")
        with pytest.raises(BadSetting, match="password authentication failed") as caught:
            open_database(url)
        assert "wrong" not in str(caught.value)
        connection.execute("DROP ROLE guarded")


def _ask_password_of(connection: psycopg.Connection, role: str) -> None:
    """Have the server, which trusts everybody, ask this role for a password."""
    row = connection.execute("SHOW hba_file").fetchone()
    rules = Path(row[0] if row else "")
    rules.write_text(f"local all {role} scram-sha-256\n{rules.read_text()}")
    connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'right'".encode())
    connection.execute("SELECT pg_reload_conf()")
    while not connection.execute("SELECT 1 FROM pg_hba_file_rules WHERE %s = ANY(user_name)", [role]).fetchone():
        pass


def test_a_store_that_is_up_to_date_opens_without_alembic(database_url: str) -> None:
    code = (
        "import sys; from app.store.opening import open_database; open_database(sys.argv[1]).close();"
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, database_url], check=False).returncode == 0  # noqa: S603 - ours
