"""Fetching an edition: from a server the test starts on this machine, and never further."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from climatebudget.cli import fetching
from climatebudget.cli.fetching import NotFetched, fetch

PEM = Path(__file__).parent / "data" / "tls" / "localhost.pem"
FILE = b"Kommune;Tall\r\n" * 1000


class Handler(BaseHTTPRequestHandler):
    """What the path asks for."""

    def do_GET(self) -> None:
        getattr(self, self.path.strip("/").partition("/")[0].partition("?")[0])()

    def log_message(self, *words: object) -> None:
        pass

    def answer(self, body: bytes = FILE, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            if value:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def files(self) -> None:
        self.answer()

    def named(self) -> None:
        self.answer(Content_Disposition='attachment; filename="../../etc/utslipp.csv"')

    def missing(self) -> None:
        self.answer(b"", 404)

    def away(self) -> None:
        self.answer(b"", 302, Location=self.path.partition("?")[2])

    def round(self) -> None:
        self.answer(b"", 302, Location="/round")

    def endless(self) -> None:
        """No length is stated, and it does not end by itself."""
        self.send_response(200)
        self.end_headers()
        for _ in range(200):
            try:
                self.wfile.write(b"x" * 10_000)
            except OSError:
                return

    def slow(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(100):
            try:
                self.wfile.write(b"x")
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.05)

    def broken(self) -> None:
        self.answer(FILE[:100], Content_Length=str(len(FILE)))
        self.close_connection = True


def serve(secure: bool = False) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if secure:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(PEM)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"{'https' if secure else 'http'}://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def plain() -> Iterator[str]:
    yield from serve()


@pytest.fixture
def secure() -> Iterator[str]:
    yield from serve(secure=True)


def get(url: str, folder: Path, **limits: object) -> Path:
    return fetch(url, folder, http_to_loopback=True, **limits)  # type: ignore[arg-type]


def test_the_bytes_arrive_under_the_name_of_the_address(plain, tmp_path):
    told: list[tuple[int, int]] = []
    file = get(f"{plain}/files/utslipp%202024.csv?x=1", tmp_path, told=lambda *n: told.append(n))
    assert (file, file.read_bytes()) == (tmp_path / "utslipp 2024.csv", FILE)
    assert told[-1] == (len(FILE), len(FILE))


def test_a_name_leads_nowhere_out_of_the_folder(plain, tmp_path):
    assert get(f"{plain}/named/", tmp_path) == tmp_path / "utslipp.csv"
    assert get(f"{plain}/files/..%2F..%2F.skjult.csv", tmp_path) == tmp_path / "skjult.csv"


@pytest.mark.parametrize(
    "url",
    ["http://example.org/a.xlsx", "ftp://example.org/a", "file:///etc/passwd", "utslipp.xlsx",
     "https:///a", "http://127.0.0.1/a.xlsx", "javascript:alert(1)"],
)  # fmt: skip
def test_only_https_is_asked(tmp_path, url):
    """This machine neither, unless a test says so."""
    with pytest.raises(NotFetched, match="https://"):
        fetch(url, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http://example.org/", "ftp://127.0.0.1/"])
def test_a_redirect_leads_to_https_only(plain, tmp_path, url):
    with pytest.raises(NotFetched, match="videre"):
        get(f"{plain}/away?{url}", tmp_path)


def test_a_redirect_to_where_we_might_have_gone_is_followed(plain, tmp_path):
    assert get(f"{plain}/away?{plain}/files/b.csv", tmp_path).read_bytes() == FILE


def test_redirects_that_never_end_are_left(plain, tmp_path):
    with pytest.raises(NotFetched, match="viser videre for mange ganger"):
        get(f"{plain}/round", tmp_path)


@pytest.mark.parametrize("path", ["files/a.csv", "endless"])
def test_too_much_is_refused_whether_or_not_it_was_said(plain, tmp_path, path):
    with pytest.raises(NotFetched, match="for stor"):
        get(f"{plain}/{path}", tmp_path, most=9_999)


def test_too_slow_is_left_though_bytes_keep_coming(plain, tmp_path):
    with pytest.raises(NotFetched, match="for lang tid"):
        get(f"{plain}/slow", tmp_path, seconds=0.3)


def test_half_a_file_is_no_file(plain, tmp_path):
    with pytest.raises(NotFetched, match="brutt av"):
        get(f"{plain}/broken", tmp_path)


def test_a_refusal_is_told_with_its_number(plain, tmp_path):
    with pytest.raises(NotFetched, match="svarte 404"):
        get(f"{plain}/missing", tmp_path)


def test_nobody_at_the_address_is_a_sentence(tmp_path):
    with pytest.raises(NotFetched, match="kan ikke hentes"):
        get("http://127.0.0.1:1/a.csv", tmp_path)


def test_a_certificate_nobody_signed_is_not_trusted(secure, tmp_path):
    with pytest.raises(NotFetched, match="sertifikatet"):
        fetch(f"{secure}/files/a.csv", tmp_path)
    trusted = ssl.create_default_context(cafile=str(PEM))
    assert fetch(f"{secure}/files/a.csv", tmp_path, trusted=trusted).read_bytes() == FILE


def test_what_a_browser_may_upload_may_be_fetched():
    """The same limit as the form's."""
    assert fetching.MOST == 80 * 2**20
