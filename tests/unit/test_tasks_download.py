"""Files fetched when asked for, from a server on this computer that may misbehave."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from homolog import errors, tasks
from homolog.tasks import _grey, cifar10
from unit import planted_images as planted

pytest.importorskip("pooch")

CUT_SHORT = "t10k-images-idx3-ubyte.gz"
CLASSES = tuple("0123456789")


class Server(SimpleHTTPRequestHandler):
    """Serves a folder; below /cut it hangs up in the middle of one file."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path != f"/cut/{CUT_SHORT}":
            super().do_GET()
            return
        held = Path(self.directory, "cut", CUT_SHORT).read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(held)))
        self.end_headers()
        self.wfile.write(held[: len(held) // 2])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Path]]:
    """Address of a server, and the folder it serves."""
    for proxy in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(proxy, raising=False)
    folder = tmp_path / "web"
    folder.mkdir()
    Server.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Server, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", folder
        server.shutdown()
        thread.join()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def fetched(published, home):
    return _grey.load(published, CLASSES, home, download=True)


def refusal(published, home):
    with pytest.raises(errors.HomologError) as refused:
        fetched(published, home)
    return str(refused.value)


def below(folder: Path) -> list[str]:
    return sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*"))


def test_files_are_fetched_once_and_only_when_asked_for(web, home, rng):
    address, folder = web
    arrays = planted.plant_idx(folder, rng, ".gz")
    published = replace(planted.published_idx(folder), mirrors=(address,))
    with pytest.raises(errors.HomologError, match="HM032"):
        _grey.load(published, CLASSES, home, download=False)
    assert Server.asked == []
    task = fetched(published, home)
    assert task.test_labels.tolist() == arrays["t10k-labels-idx1-ubyte"].tolist()
    names = [f"{name}.gz" for name in published.content]
    assert Server.asked == [f"/{name}" for name in names]
    assert below(home) == sorted(["mnist", *(f"mnist/{name}" for name in names)])
    assert fetched(published, home).sha256 == task.sha256
    assert len(Server.asked) == 4


def test_files_that_are_there_stay_as_they_are(web, home, rng):
    address, folder = web
    planted.plant_idx(folder, rng, ".gz")
    published = replace(planted.published_idx(folder), mirrors=(address,))
    own = home / "mnist" / "t10k-labels-idx1-ubyte"
    own.parent.mkdir()
    own.write_bytes(b"my own")
    assert f"HM021 {own} cannot be read as idx" in refusal(published, home)
    assert own.read_bytes() == b"my own"
    assert len(Server.asked) == 3


def test_a_corrupted_file_is_not_kept_and_neither_is_any_other(web, home, rng):
    address, folder = web
    planted.plant_idx(folder, rng, ".gz")
    published = replace(planted.published_idx(folder), mirrors=(address,))
    name = "t10k-labels-idx1-ubyte"
    planted.write_idx(folder / f"{name}.gz", rng.integers(10, size=planted.N_TEST) * 0)
    got = planted.contents(folder)[name]
    assert refusal(published, home) == (
        f"HM048 mnist was not downloaded: {address} ({name} is not as published: the SHA-256 of"
        f" its content is {got}). Nothing was kept. Try again, or put its files into"
        f" {home / 'mnist'} by hand."
    )
    assert below(home) == []


def test_a_transfer_that_breaks_off_leaves_nothing_behind(web, home, rng):
    address, folder = web
    planted.plant_idx(folder / "cut", rng, ".gz")
    published = replace(planted.published_idx(folder / "cut"), mirrors=(f"{address}/cut",))
    refused = refusal(published, home)
    assert refused.startswith(f"HM048 mnist was not downloaded: {address}/cut (")
    assert Server.asked[-1] == f"/cut/{CUT_SHORT}"
    assert below(home) == []


def test_the_next_mirror_is_tried_when_one_fails(web, home, rng):
    address, folder = web
    planted.plant_idx(folder / "second", rng, ".gz")
    mirrors = (f"{address}/first", f"{address}/second")
    published = replace(planted.published_idx(folder / "second"), mirrors=mirrors)
    assert fetched(published, home).n_inputs == 784
    assert Server.asked[:2] == [f"/{one}/train-images-idx3-ubyte.gz" for one in ("first", "second")]


def test_all_mirrors_that_failed_are_named(web, home, rng):
    address, folder = web
    planted.plant_idx(folder, rng)
    mirrors = (f"{address}/first", f"{address}/second")
    published = replace(planted.published_idx(folder), mirrors=mirrors)
    refused = refusal(published, home)
    assert refused.count("404") == 2
    assert all(f"{mirror} (" in refused for mirror in mirrors)


def test_an_archive_is_unpacked_into_the_files_that_are_wanted(web, home, rng, tmp_path):
    address, folder = web
    records = planted.plant_records(tmp_path / "records", rng)
    planted.plant_archive(folder, tmp_path / "records")
    published = replace(planted.published_records(tmp_path / "records"), mirrors=(address,))
    task = cifar10.read(published, home, download=True)
    assert task.test_labels.tolist() == records["test_batch.bin"][:, 0].tolist()
    assert below(home) == sorted(["cifar10", *(f"cifar10/{name}" for name in records)])


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda held: held[: len(held) // 2], "HM048 cifar10 was not downloaded"),
        (lambda held: b"<html>sorry</html>", "HM048 .*could not be opened"),
    ],
)
def test_a_damaged_archive_leaves_nothing_behind(web, home, rng, tmp_path, damage, message):
    address, folder = web
    planted.plant_records(tmp_path / "records", rng)
    planted.plant_archive(folder, tmp_path / "records")
    published = replace(planted.published_records(tmp_path / "records"), mirrors=(address,))
    archive = folder / published.archive
    archive.write_bytes(damage(archive.read_bytes()))
    with pytest.raises(errors.HomologError, match=message):
        cifar10.read(published, home, download=True)
    assert below(home) == []


def test_what_an_archive_says_about_places_is_ignored(web, home, rng, tmp_path):
    """A member under a name that leads elsewhere, or that is no file, is never written."""
    import tarfile

    address, folder = web
    planted.plant_records(tmp_path / "records", rng)
    published = replace(planted.published_records(tmp_path / "records"), mirrors=(address,))
    (tmp_path / "secret").write_text("not to be read")
    with tarfile.open(folder / published.archive, "w:gz") as archive:
        archive.add(tmp_path / "secret", "../../outside")
        for name in published.content:
            member = tarfile.TarInfo(f"{published.inside}/{name}")
            member.type, member.linkname = tarfile.SYMTYPE, str(tmp_path / "secret")
            archive.addfile(member)
    with pytest.raises(errors.HomologError, match="HM048"):
        cifar10.read(published, home, download=True)
    assert below(home) == []
    assert not (tmp_path / "outside").exists()


def test_downloading_without_pooch(web, home, rng, monkeypatch):
    address, folder = web
    planted.plant_idx(folder, rng, ".gz")
    published = replace(planted.published_idx(folder), mirrors=(address,))
    monkeypatch.setitem(sys.modules, "pooch", None)
    assert refusal(published, home) == (
        'HM013 downloading mnist needs pooch: pip install "homolog[data]". Nothing else was'
        " changed."
    )
    assert below(home) == []


def test_a_place_that_is_no_folder_is_refused_before_anything_is_fetched(web, home, rng):
    address, folder = web
    planted.plant_idx(folder, rng, ".gz")
    published = replace(planted.published_idx(folder), mirrors=(address,))
    (home / "mnist").write_text("a note")
    assert "HM034" in refusal(published, home)
    assert Server.asked == []


@pytest.mark.skipif("HOMOLOG_DATA" not in os.environ, reason="serves images: HOMOLOG_DATA")
@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_published_files_pass_through_a_download(web, home, name):
    address, folder = web
    there = Path(os.environ["HOMOLOG_DATA"]) / name
    if not (there / CUT_SHORT).is_file():
        pytest.skip(f"HOMOLOG_DATA holds no {name}")
    (folder / "here").symlink_to(there)
    published = getattr(_grey, name.upper())
    task = fetched(replace(published, mirrors=(f"{address}/here",)), home)
    assert task.sha256 == tasks.load(name, there).sha256
