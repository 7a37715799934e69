"""The files in deploy/, tried with the programs that read them."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import trustme

from apecgraph.release.release import Release
from tests.support.processes import zygotes
from tests.support.raw_http import replies
from tests.support.servers import Server, accepts, server_process
from tests.support.waiting import soon, until

DEPLOY = Path(__file__).parents[2] / "deploy"
SYSTEM = "/usr/sbin:/usr/bin:/sbin:/bin"
SECONDS = 20
HOST = {"Host": "apecgraph.example.org"}
NAMED = {"sni_hostname": "apecgraph.example.org"}
FLOOD = 560
FLOODING = "127.0.0.3"
OTHER = "127.0.0.2"
MOST_AT_ONCE = 64
BURST = 500
MOST_EXPOSED = 2.0
"""On systemd's scale from 0 to 10; below 2 is "OK"."""


def tool(name: str) -> str:
    found = shutil.which(name, path=SYSTEM)
    assert found, f"run scripts/test, which sets up {name}"
    return found


def test_systemd_accepts_the_units_and_rates_them_safe(tmp_path: Path) -> None:
    units = list(DEPLOY.glob("*.service"))
    assert len(units) == 2
    for unit in units:
        text = unit.read_text().replace("/opt/apecgraph/bin/apecgraph", sys.executable)
        (tmp_path / unit.name).write_text(text)
    paths = sorted(tmp_path.glob("*.service"))
    analyze = tool("systemd-analyze")
    verified = subprocess.run([analyze, "verify", *paths], capture_output=True, text=True)
    assert (verified.returncode, verified.stderr) == (0, "")
    for path in paths:
        command = [analyze, "security", "--offline=true", "--no-pager", str(path)]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        exposed = re.search(r"Overall exposure level for \S+: ([\d.]+)", text)
        assert exposed
        assert float(exposed[1]) < MOST_EXPOSED


def lines(unit: str, name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", (DEPLOY / unit).read_text(), re.MULTILINE)


def test_the_server_starts_even_if_a_build_is_refused() -> None:
    """A refused build does not keep it from starting, and a restart does not build."""
    server, build = "apecgraph.service", "apecgraph-build.service"
    for name in ("Requires", "Requisite", "BindsTo", "Wants"):
        assert not [line for line in lines(server, name) if build in line]
    assert [line for line in lines(server, "After") if build in line]
    assert lines(build, "WantedBy") == lines(server, "WantedBy")
    assert " serve --current " in lines(server, "ExecStart")[0]


def test_a_query_that_the_kernel_kills_for_memory_does_not_stop_the_server() -> None:
    """Without a setting for this, systemd would stop the whole service."""
    assert lines("apecgraph.service", "OOMPolicy") == ["continue"]


def health_check(server: Server) -> int:
    """Run the health check of the image, as Docker does if a proxy is configured."""
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", "")
    found = re.search(r"^HEALTHCHECK .*? CMD (\[.+\])$", text, re.MULTILINE)
    assert found
    python, *arguments = json.loads(found[1])
    assert python == "python"
    assert ", 8000," in arguments[-1]
    arguments[-1] = arguments[-1].replace(", 8000,", f", {server.port},")
    nowhere = {"http_proxy": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, **nowhere},
        capture_output=True,
        check=False,
        timeout=SECONDS,
    ).returncode


def test_the_image_is_healthy_while_queries_are_answered(tmp_path: Path) -> None:
    data = tmp_path / "data.nt"
    data.write_text("<http://example.org/a> <http://example.org/b> <http://example.org/c> .\n")
    with server_process("--data", data, log=tmp_path / "log.txt") as server:
        assert health_check(server) == 0
        data.unlink()
        (zygote,) = zygotes(server.process.pid)
        os.kill(zygote, signal.SIGKILL)
        asyncio.run(until(lambda: health_check(server) == 1))
        with server.client() as client:
            found = client.get("/health")
            assert found.status_code == 503
            # The log names the file; /health is for everybody.
            assert str(tmp_path) not in found.text
            assert soon(lambda: str(data) in server.log.read_text())
    assert health_check(server) == 1


@dataclass(frozen=True)
class Proxy:
    """nginx in front of a server.

    Attributes:
        port: The port on which it listens, with TLS.
        context: Trusts its certificate.
    """

    port: int
    context: ssl.SSLContext

    @contextmanager
    def client(self, address: str = "127.0.0.1") -> Iterator[httpx.Client]:
        transport = httpx.HTTPTransport(verify=self.context, local_address=address)
        url = f"https://127.0.0.1:{self.port}"
        with httpx.Client(base_url=url, transport=transport, headers=HOST, timeout=SECONDS) as it:
            yield it

    def status(self, address: str, **headers: str) -> int:
        """Ask for /health from an address."""
        with self.client(address) as client:
            return client.get("/health", headers=headers, extensions=NAMED).status_code

    @contextmanager
    def connected(self, address: str) -> Iterator[ssl.SSLSocket]:
        """Open a connection with TLS."""
        with socket.socket() as plain:
            plain.settimeout(SECONDS)
            plain.bind((address, 0))
            plain.connect(("127.0.0.1", self.port))
            with self.context.wrap_socket(plain, server_hostname=HOST["Host"]) as connection:
                yield connection


@contextmanager
def proxied(server: Server, folder: Path) -> Iterator[Proxy]:
    """Run nginx with the configuration, but on other ports and with a generated certificate.

    The client may say by X-Real-IP which address it has.
    """
    folder.chmod(0o755)
    authority = trustme.CA()
    certificate = authority.issue_cert("apecgraph.example.org")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    with ExitStack() as stack:
        free = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2)]
        plain, port = (each.getsockname()[1] for each in free)
    text = (DEPLOY / "nginx.conf").read_text()
    # What the file asks for in nginx.conf.
    main = " ".join(re.findall(r"^#   (\w.*)$", text, re.MULTILINE))
    assert "events {" in main  # without it, half-sent requests take all connections
    for old, new in (
        ("/etc/letsencrypt/live/apecgraph.example.org/fullchain.pem", f"{folder}/cert.pem"),
        ("/etc/letsencrypt/live/apecgraph.example.org/privkey.pem", f"{folder}/key.pem"),
        ("/var/cache/nginx/apecgraph", f"{folder}/cache"),
        ("127.0.0.1:8000", f"127.0.0.1:{server.port}"),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("    listen [::]:80;\n", ""),
        ("    listen [::]:443 ssl http2;\n", ""),
    ):
        assert old in text
        text = text.replace(old, new)
    # Otherwise nginx, if started by root, would not be allowed into this folder.
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log;\n{main}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/body;"
        f" proxy_temp_path {folder}/proxy;"
        f" set_real_ip_from 127.0.0.0/8; real_ip_header X-Real-IP;\n{text}\n}}\n"
    )
    command = [tool("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert tried.returncode == 0, tried.stderr
    nginx = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        context = httpx.create_ssl_context(verify=True)
        authority.configure_trust(context)
        proxy = Proxy(port, context)
        assert soon(lambda: accepts(port))
        assert proxy.status("127.0.0.1") == 200
        yield proxy
    finally:
        nginx.terminate()
        nginx.wait(SECONDS)


def test_nginx_proxies_requests_and_caches_immutable_files(
    release: Release, tmp_path: Path
) -> None:
    log = tmp_path / "log.txt"
    dump = f"/dumps/{release.name}/figures.csv"
    paths = {"/doc/index.ttl": 200, "/sparql?query=ASK%20%7B%7D": 200, "/metrics": 403, dump: 200}
    with (
        server_process("--release", release.path, log=log) as server,
        proxied(server, tmp_path) as proxy,
        proxy.client() as client,
    ):
        for path, status in (*paths.items(), (dump, 200)):
            assert client.get(path, extensions=NAMED).status_code == status, path
    assert (
        log.read_text().count("figures.csv") == 1
    )  # the second request was answered from the proxy's cache


@pytest.fixture(scope="module")
def proxy(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("proxied")
    with (
        server_process("--release", release.path, log=folder / "log.txt") as server,
        proxied(server, folder) as proxy,
    ):
        yield proxy


HEAD = b"POST /sparql HTTP/1.1\r\nHost: apecgraph.example.org\r\nContent-Length: 99\r\n"


@pytest.mark.parametrize("begin", [b"", HEAD], ids=["nothing", "half a head"])
def test_half_sent_requests_to_nginx_lock_no_other_client_out(proxy: Proxy, begin: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(FLOOD):
            stack.enter_context(proxy.connected(FLOODING)).sendall(begin)
        assert proxy.status(OTHER) == 200


@pytest.mark.parametrize("name", ["192.0.2.3", "2001:db8::{:x}", "2001:db8:1:a0a:0:{:x}::"])
def test_nginx_lets_a_client_send_only_some_requests_at_once(proxy: Proxy, name: str) -> None:
    with ExitStack() as stack:
        for number in range(MOST_AT_ONCE):
            half = HEAD + f"X-Real-IP: {name.format(number + 1)}\r\n\r\n".encode()
            stack.enter_context(proxy.connected(FLOODING)).sendall(half)
        more = {"X-Real-IP": name.format(0xFFFF)}
        assert soon(lambda: proxy.status(FLOODING, **more) == 429)
        for other in ("192.0.2.4", "2001:db8:0:1::1", "2001:db8:1:a0b::"):
            assert proxy.status(FLOODING, **{"X-Real-IP": other}) == 200


def test_nginx_limits_the_rate_of_a_client(proxy: Proxy) -> None:
    target = b"GET /health HTTP/1.1\r\nHost: apecgraph.example.org\r\nX-Real-IP: 192.0.2.5\r\n"
    received = b""
    with proxy.connected(FLOODING) as connection:
        connection.sendall((target + b"\r\n") * (2 * BURST) + target + b"Connection: close\r\n\r\n")
        while part := connection.recv(1 << 16):
            received += part
    statuses = [reply.status for reply in replies(received)]
    assert set(statuses) == {200, 429}
    assert statuses.count(200) > BURST
    assert proxy.status(FLOODING, **{"X-Real-IP": "192.0.2.6"}) == 200
