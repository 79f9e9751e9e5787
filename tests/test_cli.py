"""The command: exit status, one clear message, never a trace."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from kizuna import __version__, building, cli, serving
from kizuna.checks import OUTPUTS
from kizuna.checks.run import CHECKS
from kizuna.cli import projects
from kizuna.engine import Pool
from kizuna.engine.federation import Federated
from kizuna.release import Release, Releases, empty_release
from kizuna.settings import SETTINGS
from kizuna.web import Conduct
from support import copy_bridge, edit, line_of

KIZUNA = str(Path(sys.executable).parent / "kizuna")
HARBOUR = "data/ttl/harbour-news.ttl"
SHARED = "data/ttl/shared.ttl"


pytestmark = pytest.mark.usefixtures("no_settings_from_outside")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy_bridge(tmp_path / "bridge")


Output = tuple[int, str, str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return Run(capsys, monkeypatch)


class Run:
    """Runs the command in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.capsys, self.monkeypatch = capsys, monkeypatch

    def __call__(self, *arguments: str | Path) -> Output:
        """Return exit status, output and messages."""
        self.capsys.readouterr()
        self.monkeypatch.setattr(sys, "argv", ["kizuna", *map(str, arguments)])
        status = 0
        try:
            cli.main()
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = self.capsys.readouterr()
        assert "Traceback" not in out + err
        return status, out, err


def apart(*arguments: str | Path, **env: str) -> Output:
    """Run the command as users do, in a process of its own."""
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith("KIZUNA_")}
    ran = subprocess.run(
        [KIZUNA, *map(str, arguments)],
        capture_output=True,
        check=False,
        env=surroundings | env,
        timeout=60,
    )
    out, err = ran.stdout.decode(), ran.stderr.decode()
    assert "Traceback" not in out + err
    return ran.returncode, out, err


def test_check_is_content(run: Run, root: Path) -> None:
    status, out, err = run("check", root)
    assert status == 0
    assert out.startswith("0 violations: ")
    assert out.endswith("18 claims, 18 quotes verified word for word\n")
    assert "documents.lock: brought up to date" in err
    assert (root / "data/documents.lock").exists()
    assert run("check", root) == (0, out, "")


@pytest.mark.parametrize("name", OUTPUTS)
def test_check_tells_findings_in_every_format(run: Run, root: Path, name: str) -> None:
    edit(root / HARBOUR, '"Anna Example signed"', '"Anna Exemple signed"')
    line = line_of(root / HARBOUR, "Exemple")
    status, out, err = run("check", root, "--format", name)
    assert (status, err) == (1, "")
    assert "quote-in-document" in out
    assert f"{HARBOUR}:{line}: violation: " in out or f"{line}" in out
    if name in {"json", "sarif"}:
        assert json.loads(out)
    assert not (root / "data/documents.lock").exists()


def test_check_tells_settings_that_do_not_fit(run: Run, root: Path) -> None:
    with (root / "kizuna.toml").open("a", encoding="utf-8") as settings:
        settings.write('full_texts = ["https://example.org/nothing"]\n')
    status, _, err = run("check", root)
    assert status == 2
    assert "kizuna.toml: full_texts has 'https://example.org/nothing'" in err


def test_check_json(run: Run, root: Path) -> None:
    assert run("check", root, "--json")[:2] == run("check", root, "--format", "json")[:2]


def test_check_lists_its_rules(run: Run) -> None:
    status, out, _ = run("check", "--rules")
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()] == [row.name for row in CHECKS]


def test_check_here_is_the_default(run: Run, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    assert run("check")[0] == 0
    assert (root / "data/documents.lock").exists()


def test_the_lock_is_not_touched_where_no_text_is(run: Run, root: Path) -> None:
    run("check", root)
    before = (root / "data/documents.lock").read_bytes()
    shutil.rmtree(root / "data/documents")
    status, out, err = run("check", root)
    assert (status, err) == (0, "")
    assert "18 not verified here (taken from the lock)" in out
    assert (root / "data/documents.lock").read_bytes() == before


def test_quotes_of_an_absent_text_keep_their_place(run: Run, root: Path) -> None:
    run("check", root)
    before = (root / "data/documents.lock").read_bytes()
    (root / "data/documents/bay-letter.txt").unlink()
    status, out, err = run("check", root)
    assert (status, err) == (0, "")
    assert "15 quotes verified word for word, 3 not verified here" in out
    assert (root / "data/documents.lock").read_bytes() == before


def test_a_lock_that_cannot_be_written_is_a_warning(
    run: Run, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(building, "write_lock", refuse)
    status, _, err = run("check", root)
    assert status == 0
    assert "documents.lock: warning: could not be brought up to date: Permission denied" in err


def test_build(run: Run, root: Path, tmp_path: Path) -> None:
    status, out, err = run("build", root)
    identifier = Releases(root / "releases").current().id
    assert (status, out) == (0, f"{identifier} in {root / 'releases' / identifier}\n")
    assert "0 violations" in err
    status, out, _ = run("build", root, "--releases", tmp_path / "other", "--json")
    told = json.loads(out)
    assert (status, told["id"], told["claims"]) == (0, identifier, 18)
    assert Releases(tmp_path / "other").current().id == identifier


def test_languages_that_change_alone_are_in_the_next_build(run: Run, root: Path) -> None:
    run("build", root)
    before = Releases(root / "releases").current()
    edit(root / "kizuna.toml", '["en", "de"]', '["de", "en"]')
    assert run("build", root)[0] == 0
    after = Releases(root / "releases").current()
    assert after.id == before.id
    assert (before.manifest.languages, after.manifest.languages) == (("en", "de"), ("de", "en"))


def test_build_goes_where_the_environment_says(
    run: Run, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIZUNA_RELEASES", "elsewhere")
    assert run("build", root)[0] == 0
    assert Releases(root / "elsewhere").current_id()  # relative to the project, as in the file


def test_build_tells_findings_and_keeps_the_last_good_release(run: Run, root: Path) -> None:
    run("build", root)
    good = Releases(root / "releases").current().id
    # In line 100, since ":100:" must not become a picture; in brackets, since they are no markup.
    text = (root / SHARED).read_text(encoding="utf-8").splitlines()
    text += ["#"] * (99 - len(text)) + ["person:[red] a kz:Person ."]
    (root / SHARED).write_text("\n".join(text) + "\n", encoding="utf-8")
    status, out, err = run("build", root)
    assert (status, out) == (1, "")
    assert f"{SHARED}:100: violation: " in err
    assert "[syntax]" in err
    assert err.rstrip().endswith("Mend what kizuna check reports.")
    assert Releases(root / "releases").current().id == good


# fmt: off
WRONG = [
    # what is done to the project                                             exit  message
    (lambda root: shutil.rmtree(root / "shapes"),                             2, "shapes: there is no such folder"),
    (lambda root: (root / "kizuna.toml").unlink(),                            2, "there is no kizuna.toml"),
    (lambda root: edit(root / "kizuna.toml", 'base = "https://w3id.org/kizuna/"', 'base = "x"'), 2, "kizuna.toml:2: base 'x' is no absolute"),
    (lambda root: edit(root / "kizuna.toml", "documents =", "dokuments ="),   2, "kizuna.toml:4: unknown setting 'dokuments'"),
    (lambda root: edit(root / "kizuna.toml", '"data/documents"', "1"),        2, "kizuna.toml:4: documents is 1, but must be a text"),
    (lambda root: edit(root / "kizuna.toml", '["en", "de"]', "["),            2, "is no TOML"),
    (lambda root: (root / "data/documents.lock").write_text("{}"),            2, "is no lock of kizuna"),
    (lambda root: (root / SHARED).write_bytes(b"\xff"),                       1, "is not UTF-8: byte 0xFF"),
    (lambda root: (root / SHARED).unlink(),                                   1, "dangling-link"),
]
# fmt: on


@pytest.mark.parametrize(("breaks", "expected", "message"), WRONG)
@pytest.mark.parametrize("command", ["check", "build"])
def test_what_bad_input_gets(
    run: Run, root: Path, breaks: object, expected: int, message: str, command: str
) -> None:
    breaks(root)  # type: ignore[operator]
    status, out, err = run(command, root)
    assert (status, message in out + err) == (expected, True), out + err
    assert "\n    " in out + err, "there is advice"
    if expected == 2:
        assert out == ""
        assert err.startswith("kizuna: ")


# fmt: off
USAGE = [
    ("chek",), ("check", "--format", "xml"), ("check", "--nope"), ("serve", "--port", "x"),
    ("serve", "--port", "70000"), ("serve", "--workers", "0"), ("build", "a", "b"),
]
# fmt: on


@pytest.mark.parametrize("arguments", USAGE)
def test_wrong_usage(run: Run, arguments: tuple[str, ...]) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert "Usage: " in err


def test_no_folder(run: Run, tmp_path: Path) -> None:
    for command in ("check", "build", "serve"):
        status, _, err = run(command, tmp_path / "nowhere")
        assert status == 2
        assert "so this is no kizuna project\n    Name the project's folder" in err


def test_releases_that_cannot_be_written(run: Run, root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    status, _, err = run("build", root, "--releases", tmp_path / "file")
    assert status == 3
    assert "cannot be written" in err


def test_version_settings_and_help(run: Run) -> None:
    assert run("--version") == (0, f"kizuna {__version__}\n", "")
    status, out, _ = run("settings")
    assert status == 0
    for row in SETTINGS:
        assert f"{row.key} (" in out
        assert row.help in out
    for command in ("check", "build", "serve"):
        status, out, _ = run(command, "--help")
        assert status == 0
        assert "Examples: " in out
    assert "Usage: kizuna" in "".join(run()[1:])


class Served:
    """What ``serve`` would have served."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Path, tuple[str, int]]] = []

    def __call__(
        self,
        releases: Releases,
        engine_for: Callable[[Release], object],
        queries: Path,
        address: tuple[str, int],
        conduct: Conduct,
    ) -> None:
        assert conduct.open_to is None
        release = releases.current()
        engine = engine_for(release)
        assert isinstance(engine, Federated)
        assert isinstance(engine.engine, Pool)
        self.plan = conduct.plan
        self.limits, self.light = engine.limits, engine.lanes.limits.light
        engine.close()
        self.calls.append((release.id, queries, address))


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Served:
    double = Served()
    monkeypatch.setattr(serving, "serve_releases", double)
    monkeypatch.setattr(serving, "end_in_order", lambda: None)
    return double


def test_serve_builds_first(run: Run, root: Path, served: Served) -> None:
    with (root / "kizuna.toml").open("a", encoding="utf-8") as stream:
        stream.write("query_seconds = 5\nanswer_mb = 2\nquery_memory_mb = 3000\n")
    status, _, _ = run("serve", root, "--port", "0", "--workers", "1")
    current = Releases(root / "releases").current().id
    assert (status, served.calls) == (0, [(current, root / "queries", ("127.0.0.1", 0))])
    assert (served.limits.seconds, served.limits.answer_bytes) == (5.0, 2_000_000)
    assert served.light == 1
    assert served.limits.memory_bytes == 3_000_000_000


# fmt: off
LAST_GOOD = [
    (lambda root: edit(root / SHARED, "skos:hasTopConcept", "skos:hasTopConcpt"),  "unknown-term"),
    (lambda root: (root / SHARED).write_bytes(b"\x00"),                            "NUL byte"),
    (lambda root: shutil.rmtree(root / "ontology"),                                "there is no such folder"),
    (lambda root: (root / "data/documents.lock").write_text("?"),                  "is no lock of kizuna"),
]
# fmt: on


@pytest.mark.parametrize(("breaks", "message"), LAST_GOOD)
def test_serve_falls_back_on_the_last_good_release(
    run: Run, root: Path, served: Served, breaks: object, message: str
) -> None:
    run("build", root)
    good = Releases(root / "releases").current().id
    breaks(root)  # type: ignore[operator]
    status, _, err = run("serve", root)
    assert status == 0
    assert message in err
    assert f"Serving the last good release {good}." in err
    assert served.calls[0][0] == good


def test_serve_without_more_keeps_nothing_up_to_date(run: Run, root: Path, served: Served) -> None:
    assert run("serve", root)[0] == 0
    assert served.plan is None


def test_serve_that_keeps_up_begins_with_the_last_good_release(
    run: Run, root: Path, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("serve", root, "--watch")[0] == 0  # there is none: one is built
    good = Releases(root / "releases").current().id
    monkeypatch.setenv("KIZUNA_HOOK_TOKEN", "secret")
    monkeypatch.setenv("KIZUNA_BUILD_SECONDS", "7")
    edit(root / SHARED, "skos:hasTopConcept", "skos:hasTopConcpt")
    (root / "data/documents.lock").unlink()
    status, _, err = run("serve", root, "--pull")
    assert (status, served.calls[-1][0]) == (0, good)
    assert f"Serving {good} until the project has been looked at." in err
    assert served.plan is not None
    assert (served.plan.watch, served.plan.pull, served.plan.at_once) == (False, True, True)
    assert (served.plan.token, served.plan.build_seconds) == ("secret", 7.0)
    assert "secret" not in repr(served.plan) + err
    assert not (root / "data/documents.lock").exists()  # a checkout is left as it is


def test_what_was_written_stays_until_the_project_changes(
    run: Run, root: Path, served: Served
) -> None:
    run("build", root)
    releases = Releases(root / "releases")
    manifest = releases.current().folder / "manifest.json"
    known = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(known | {"parent": "000000000000"}), encoding="utf-8")
    assert run("serve", root, "--watch")[0] == 0
    assert served.plan is not None
    assert not served.plan.at_once


# fmt: off
APART = [
    (("--watch", "--bare"),                               "an empty store has no project"),
    (("--pull", "--bare"),                                "an empty store has no project"),
    (("--watch", "--writable"),                           "would undo what was written"),
    (("--pull", "--engine", "http://localhost:1/query"),  "only kizuna push reaches the engine"),
]
# fmt: on


@pytest.mark.parametrize(("options", "why"), APART)
def test_what_does_not_go_together_with_keeping_up(
    run: Run,
    root: Path,
    served: Served,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    why: str,
) -> None:
    monkeypatch.setenv("KIZUNA_TOKEN", "secret")
    status, _, err = run("serve", root, *options)
    assert (status, served.calls, why in err) == (2, [], True), err


# fmt: off
BAD_SETTINGS = [
    (lambda toml: toml.write_text("base = ["),                                  "is no TOML"),
    (lambda toml: toml.write_bytes(b"\xff"),                                    "is not UTF-8"),
    (lambda toml: toml.write_text('base = "x"'),                                "is no absolute"),
    (lambda toml: toml.write_text(toml.read_text() + "lihgt = 3\nlight = 1\n"), "unknown setting 'lihgt'"),
    (lambda toml: toml.unlink(),                                                "there is no kizuna.toml"),
]
# fmt: on


@pytest.mark.parametrize("place", ["default", "option", "environment"])
@pytest.mark.parametrize(("breaks", "message"), BAD_SETTINGS)
def test_serve_without_settings_falls_back_on_the_last_good_release(
    run: Run,
    root: Path,
    served: Served,
    monkeypatch: pytest.MonkeyPatch,
    breaks: Callable[[Path], object],
    message: str,
    place: str,
) -> None:
    folder = root / ("releases" if place == "default" else "elsewhere")
    if place == "environment":
        monkeypatch.setenv("KIZUNA_RELEASES", "elsewhere")  # relative to the project
    options = ("--releases", folder) if place == "option" else ()
    breaks(root / "kizuna.toml")
    status, _, err = run("serve", root, *options)
    assert (status, served.calls, message in err) == (2, [], True), err
    good = empty_release(Releases(folder), "https://w3id.org/kizuna/").id
    status, _, err = run("serve", root, *options)
    assert (status, message in err) == (0, True), err
    assert f"Serving the last good release {good} of {folder}, with default settings" in err
    assert served.calls == [(good, root / "queries", ("127.0.0.1", 8000))]
    assert served.light == 16


def test_serve_with_a_bad_environment(
    run: Run, root: Path, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("build", root)
    monkeypatch.setenv("KIZUNA_LIGHT", "many")
    status, _, err = run("serve", root)
    assert (status, served.calls) == (2, [])
    assert "KIZUNA_LIGHT is 'many'" in err


def test_serve_with_nothing_to_fall_back_on(run: Run, root: Path, served: Served) -> None:
    edit(root / SHARED, "skos:hasTopConcept", "skos:hasTopConcpt")
    status, _, err = run("serve", root)
    assert (status, served.calls) == (1, [])
    assert "no release was built" in err


def test_serve_while_another_builds(run: Run, root: Path, served: Served) -> None:
    run("build", root)
    with Releases(root / "releases").building():
        status, _, err = run("serve", root)
    assert (status, len(served.calls)) == (0, 1)
    assert "another build is running" in err


def test_serve_a_port_in_use(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, out, err = apart("serve", root, "--port", str(port))
    assert (status, out) == (3, "")
    assert f"kizuna: cannot listen on 127.0.0.1:{port}: " in err
    assert "choose another port" in err


@pytest.mark.parametrize("broken", ["nothing", "data", "folder"])
def test_serve_until_told_to_stop(run: Run, root: Path, broken: str) -> None:
    run("build", root)
    if broken == "data":
        edit(root / SHARED, "skos:hasTopConcept field:optics .", "skos:hasTopConcept")
    elif broken == "folder":
        (root / "shapes").rename(root / "forms")
    process = subprocess.Popen(
        [KIZUNA, "serve", str(root), "--port", "0", "--workers", "1"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    told = ""
    while "serving at " not in told:
        line = process.stderr.readline()
        assert line, told
        told += line
    assert ("Serving the last good release" in told) is (broken != "nothing")
    address = told.split("serving at ")[1].strip()
    with urllib.request.urlopen(f"{address}healthz", timeout=10) as answer:
        assert answer.status == 200
    process.send_signal(signal.SIGINT)
    assert "Traceback" not in told + process.stderr.read()
    assert process.wait(timeout=15) in {0, 130, -signal.SIGINT}
    process.stderr.close()


def test_output_is_utf_8_whatever_the_surroundings_prefer(root: Path) -> None:
    edit(root / HARBOUR, '"Anna Example signed"', '"Änna 絆 signed"')
    status, out, _ = apart("check", root, LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert status == 1
    assert "Änna 絆 signed" in out


def test_a_reader_that_goes_is_no_error(root: Path) -> None:
    process = subprocess.Popen(
        [KIZUNA, "check", str(root), "--format", "sarif"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    errors = process.stderr.read().decode()
    process.stderr.close()
    process.wait(timeout=30)
    assert "Broken" not in errors
    assert "Traceback" not in errors


def test_stopped_by_hand(run: Run, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(building, "check_project", stop)
    assert run("check", root)[0] == 130


def test_trouble_with_the_system_is_told(
    run: Run, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> Release:
        raise OSError(28, "No space left on device", "/releases/x")

    monkeypatch.setattr(projects, "load_settings", fail)
    status, _, err = run("check", root)
    assert (status, err) == (3, "kizuna: /releases/x: No space left on device\n")
