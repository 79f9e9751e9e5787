"""kizuna.toml is read with file and line, and anything wrong in it is told in one message."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kizuna.engine import LaneLimits, Limits
from kizuna.errors import ProjectError, SettingsError
from kizuna.settings import FILE_NAME, SETTINGS, Setting, Settings, load_settings

BASE = 'base = "https://x.example/"\n'


def settings(folder: Path, text: str = BASE, **environ: str) -> Settings:
    (folder / FILE_NAME).write_bytes(text.encode("utf-8", "surrogateescape"))
    return load_settings(folder, environ)


def test_defaults(tmp_path: Path) -> None:
    found = settings(tmp_path)
    assert found.addresses.base == "https://x.example/"
    assert found.languages == ("en", "de", "ja")
    assert found.documents == tmp_path / "data" / "documents"
    assert found.releases == tmp_path / "releases"
    assert (found.query_seconds, found.query_memory_mb) == (30.0, 1_000)
    assert found.limits == Limits()
    assert found.lanes == LaneLimits()


# fmt: off
GIVEN = [
    # in the file                   environment                            name, value
    ('languages = ["de"]',          {},                                    "languages", ("de",)),
    ("query_seconds = 2",           {},                                    "query_seconds", 2.0),
    ("query_seconds = 0.5",         {},                                    "query_seconds", 0.5),
    ("light = 2",                 {"KIZUNA_LIGHT": "3"},               "light", 3),
    ("light = 2",                 {"KIZUNA_LIGHT": ""},                "light", 2),  # empty is none
    ("",                            {"KIZUNA_QUERY_SECONDS": "1.5"},       "query_seconds", 1.5),
    ("",                            {"KIZUNA_RELEASES": "/srv/kizuna"},    "releases", Path("/srv/kizuna")),
    ("",                            {"KIZUNA_DOCUMENTS": "/texts"},        "documents", Path("/texts")),
    ('proxies = ["::1"]',           {},                                    "proxies", ("::1/128",)),
    ("",                            {"KIZUNA_PROXIES": "127.0.0.1 10.0.0.0/8"}, "proxies", ("127.0.0.1/32", "10.0.0.0/8")),
    ('documents = "/texts"',        {},                                    "documents", Path("/texts")),
    ("",                            {},                                    "services", ("https://query.wikidata.org/sparql",)),
    ("services = []",               {},                                    "services", ()),
    ("",                            {"KIZUNA_SERVICES": ""},               "services", ()),
    ("services = []",               {"KIZUNA_SERVICES": "http://a/ http://b/"}, "services", ("http://a/", "http://b/")),
]
# fmt: on


@pytest.mark.parametrize(("text", "environ", "name", "value"), GIVEN)
def test_the_environment_wins(
    tmp_path: Path, text: str, environ: dict[str, str], name: str, value: object
) -> None:
    assert getattr(settings(tmp_path, BASE + text, **environ), name) == value


# fmt: off
WRONG = [
    # line 2 of the file                  message                                      in a line
    ("basis = 1",                         "unknown setting 'basis'",                   True),
    ('services = ["urn:x"]',              "'urn:x' is no address of a SPARQL service", True),
    ('services = ["http://a:b@c/"]',      "holds a user or password",                  True),
    ("[light]\nx = 1",                  "light is {'x': 1}, but must be a whole",  True),
    ("[[languages]]",                     "languages is [{}]",                         True),
    ('"lïght" = 1',                     "unknown setting 'lïght'",                 True),
    ("light = 'two'",                   "light is 'two', but must be a whole",     True),
    ("light = 2.0",                     "light is 2.0, but must be a whole",       True),
    ("light = true",                    "light is True, but must be a whole",      True),
    ("light = 0",                       "light is 0, but must be greater than 0",  True),
    ("light = 1_000_001",               "at most 1000000",                           True),
    ("query_seconds = -1",                "query_seconds is -1, but must be greater",  True),
    ("query_seconds = nan",               "query_seconds is nan",                      True),
    ("query_seconds = inf",               "query_seconds is inf",                      True),
    ("languages = []",                    "languages is [], but must be a list",       True),
    ("languages = ['en', 1]",             "languages is ['en', 1]",                    True),
    ("languages = ['']",                  "languages is ['']",                         True),
    ("languages = 'en'",                  "languages is 'en'",                         True),
    ("proxies = ['localhost']",           "proxies has 'localhost', which is no addr", True),
    ("proxies = ['10.0.0.1/8']",          "has host bits set",                         True),
    ("documents = 1979-05-27",            "documents is datetime.date",                True),
    ('documents = "a\\u0000"',            "no name holds a NUL character",             True),
    ("light = ",                        "is no TOML",                                True),
    ("light = 1\nlight = 2",          "is no TOML",                                False),
    ("light = " + "[" * 5_000,          "is no TOML",                                False),
    ("light = " + "9" * 5_000,          "is no TOML",                                False),
    ("\udcff = 1",                        "is not UTF-8",                              False),
    ("\x00",                              "is no TOML",                                True),
]
# fmt: on


@pytest.mark.parametrize(("line", "message", "placed"), WRONG, ids=lambda v: str(v)[:30])
def test_what_is_wrong(tmp_path: Path, line: str, message: str, placed: bool) -> None:  # noqa: FBT001
    with pytest.raises(SettingsError) as caught:
        settings(tmp_path, BASE + line)
    assert message in caught.value.message
    assert caught.value.message.startswith(str(tmp_path / FILE_NAME) + (":2: " if placed else ":"))
    assert caught.value.hint
    assert len(caught.value.message) < 6_000


def test_the_hint_says_what_was_meant(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Did you mean 'light'"):
        settings(tmp_path, BASE + "lights = 1")


@pytest.mark.parametrize("text", ["", "languages = ['en']"])
def test_missing(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="the setting 'base' is missing") as caught:
        settings(tmp_path, text)
    assert 'base = "https://' in caught.value.hint


def test_base_that_is_no_iri(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"kizuna.toml:2: base 'x' is no absolute"):
        settings(tmp_path, "\nbase = 'x'")


# fmt: off
ENVIRONMENT = [
    ({"KIZUNA_LIGHT": "many"},         "KIZUNA_LIGHT is 'many', but must be a whole number"),
    ({"KIZUNA_LIGHT": "1.5"},          "KIZUNA_LIGHT is '1.5'"),
    ({"KIZUNA_QUERY_SECONDS": "soon"},   "KIZUNA_QUERY_SECONDS is 'soon', but must be a number"),
    ({"KIZUNA_QUERY_SECONDS": "nan"},    "query_seconds is nan"),
    ({"KIZUNA_ANSWER_MB": "-1"},         "answer_mb is -1"),
]
# fmt: on


@pytest.mark.parametrize(("environ", "message"), ENVIRONMENT)
def test_wrong_environment(tmp_path: Path, environ: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        settings(tmp_path, **environ)


def test_no_project(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="there is no kizuna.toml, so this is no kizuna project"):
        load_settings(tmp_path / "nowhere", {})
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(ProjectError, match="cannot be read: Is a directory"):
        load_settings(tmp_path, {})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("settings")


LINE = st.builds(
    "{} = {}".format,
    st.sampled_from([*(row.key for row in SETTINGS), "x", '"base"', "base.x", "[base]"]),
    st.one_of(
        st.sampled_from(["1", "-1", "1e400", "'https://a/'", "['a']", "{}", "1979-05-27", "true"]),
        st.text(max_size=8),
        st.integers().map(str),
        st.floats().map(str),
    ),
)


@given(st.text() | st.lists(LINE, max_size=6).map("\n".join), st.text(max_size=8))
@example(BASE + "documents = '~'", "9")
def test_any_text_gives_settings_or_one_message(folder: Path, text: str, env: str) -> None:
    (folder / FILE_NAME).write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        found = load_settings(folder, {"KIZUNA_LIGHT": env, "KIZUNA_QUERY_SECONDS": env})
    except SettingsError as error:
        assert error.message
        assert error.hint
    else:
        assert 0 < found.light <= 1_000_000
        assert 0 < found.query_seconds <= 1_000_000


def test_every_setting_has_help_and_an_example_that_works(tmp_path: Path) -> None:
    for row in SETTINGS:
        assert row.help.endswith(".")
        text = row.example if row.key == "base" else BASE + row.example
        assert settings(tmp_path, text)  # type: ignore[truthy-bool]
        assert row.example.startswith(f"{row.key} = ")


def test_every_limit_is_a_setting(tmp_path: Path) -> None:
    text = (
        "query_seconds = 1.5\nquery_kb = 2\nquery_depth = 3\nquery_memory_mb = 4\nanswer_mb = 5\n"
        "light = 6\nheavy = 7\nwaiting = 8\nper_client = 9\n"
    )
    found = settings(tmp_path, BASE + text, KIZUNA_HEAVY="70")
    assert found.limits == Limits(1.5, 5_000_000, 4_000_000, 2_000, 3)
    lanes = found.lanes
    assert (lanes.light, lanes.heavy, lanes.waiting, lanes.per_client) == (6, 70, 8, 9)


@pytest.mark.parametrize(
    "row", [s for s in SETTINGS if s.type in {int, float}], ids=lambda s: s.key
)
def test_numbers_that_make_no_sense(tmp_path: Path, row: Setting) -> None:
    zero = () if row.may_be_empty else ("0",)
    for value in (*zero, "-1", "1e9", "nan", "inf", "true", '"many"'):
        with pytest.raises(SettingsError, match=row.key) as caught:
            settings(tmp_path, f"{BASE}{row.key} = {value}\n")
        assert "kizuna.toml:2" in str(caught.value)
    with pytest.raises(SettingsError, match="KIZUNA"):
        settings(tmp_path, **{str(row.env): "many"})


def test_nothing_need_be_made_ahead(tmp_path: Path) -> None:
    assert settings(tmp_path, f"{BASE}prepare_mb = 0\n").prepare_mb == 0
    assert settings(tmp_path, KIZUNA_PREPARE_MB="0").prepare_mb == 0
    with pytest.raises(SettingsError, match="prepare_mb is -1, but must be at least 0"):
        settings(tmp_path, KIZUNA_PREPARE_MB="-1")
